"""Working on a stage: claim, release, complete (which hands over), stand still, go on."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from catalog.services import forms
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from governance import policies
from governance.models import Decision
from governance.policies import RoleFacts, Scope
from governance.selectors import voting
from governance.services import reassigning
from governance.services.controls import on_record
from workflows.engine import tokens
from workflows.event_types import (
    RequestResumed,
    RequestStarted,
    RequestWaiting,
    VisitBlocked,
    VisitCompleted,
    VisitParked,
    VisitReleased,
    VisitReturned,
    VisitStarted,
    VisitUnblocked,
)
from workflows.models import Clock, Request, StageVisit, Task
from workflows.selectors import answers
from workflows.selectors.arrivals import Arrival
from workflows.services import (
    checklists,
    clocks,
    entering,
    limits,
    sessions,
    touch,
    visibility,
    waits,
    work_parts,
)
from workflows.services.case import Case, fields_of
from workflows.services.step_controls import hold_step

WAIT_PARTIES = ("requester", "third")
WAITING = (Clock.Metric.COMPLETE, Clock.Metric.STAGE)


def scope_of(visit: StageVisit) -> Scope:
    """What the policies need to know of a visit."""
    return Scope(
        team_id=visit.team_id,
        department_id=visit.department_id,
        holder_id=visit.holder_id or 0,
    )


def _known_facts(visit: StageVisit, actor: Actor) -> RoleFacts | None:
    """Whoever holds a step needs no other right to work on it; None lets the policy look."""
    return RoleFacts() if actor.person_id and visit.holder_id == actor.person_id else None


def _need(visit: StageVisit, *states: str) -> None:
    if visit.state not in states:
        raise InvalidState(
            f"This step is {visit.get_state_display()}; that is not possible now.",
            allowed=allowed(visit),
        )


def allowed(visit: StageVisit) -> list[str]:
    """The commands a visit's state allows, whoever asks."""
    return {
        StageVisit.State.OFFERED: ["accept", "return", "ask"],
        StageVisit.State.QUEUED: ["claim"],
        StageVisit.State.ACTIVE: ["complete", "release", "pause"],
        StageVisit.State.BLOCKED: ["resume"],
    }.get(StageVisit.State(visit.state), [])


@transaction.atomic
def claim(request_id: int, seq: int, *, over_limit: str = "", actor: Actor) -> StageVisit:
    """Take a queued visit; the first claim starts the request. Exclusive by the request's lock.

    ``over_limit`` says why, where the team has as much in hand as it agreed on.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.claim", scope_of(visit))
    _need(visit, StageVisit.State.QUEUED)
    limits.guard(case, visit, over_limit)
    begin(case, visit, holder_id=actor.person_id, holder=actor.ref)
    case.save()
    return visit


def need_queued(visit: StageVisit) -> None:
    """Refuse what nobody can take now. Raises InvalidState."""
    _need(visit, StageVisit.State.QUEUED)


def begin(case: Case, visit: StageVisit, *, holder_id: int | None, holder: str) -> None:
    """Somebody holds a queued visit from now on, within a step; ``holder`` as events name them."""
    visit.state, visit.holder_id = StageVisit.State.ACTIVE, holder_id
    visit.started_at = visit.started_at or case.now
    _write(visit, "state", "holder_id", "started_at")
    Task.objects.create(
        visit=visit,
        seq=visit.tasks.count() + 1,
        title=case.blueprint.stage(case.request.workflow_key, visit.stage_key).name,
        state=Task.State.CLAIMED,
        assignee_id=holder_id,
        created_at=case.now,
    )
    if case.request.state == Request.State.SUBMITTED:
        case.change(state=Request.State.IN_PROGRESS, started_at=case.now)
        case.note(RequestStarted())
    case.note(VisitStarted(visit=visit.seq, holder=holder))
    visibility.take_part(case, holder_id)


@transaction.atomic
def release(request_id: int, seq: int, *, actor: Actor) -> StageVisit:
    """Put a visit back into the team's queue."""
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.release", scope_of(visit), _known_facts(visit, actor))
    _need(visit, StageVisit.State.ACTIVE)
    sessions.end(case, visit, "released")
    visit.state, visit.holder_id = StageVisit.State.QUEUED, None
    _write(visit, "state", "holder_id")
    visit.tasks.filter(state=Task.State.CLAIMED).update(
        state=Task.State.CANCELLED, ended_at=case.now
    )
    case.note(VisitReleased(visit=visit.seq))
    case.save()
    return visit


def _write(visit: StageVisit, *names: str) -> None:
    StageVisit.objects.filter(pk=visit.pk).update(**fields_of(visit, *names))


@on_record
@transaction.atomic
def complete_visit(
    request_id: int,
    seq: int,
    *,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    note: str = "",
    override: str = "",
) -> StageVisit:
    """Complete a visit. Where the next stage belongs to another team this *is* the offer.

    Refused while a *must* criterion of the agreement does not hold, with the list; an agreement
    may allow an override with a reason, which is marked on the handoff.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.complete", scope_of(visit), _known_facts(visit, actor))
    _need(visit, StageVisit.State.ACTIVE)
    if data:
        amend(case, visit, data)
    checklists.require_done(case, visit)
    hold_step(case, visit, note)
    leave(case, visit, note=note, override=override)
    case.save()
    return visit


def amend(case: Case, visit: StageVisit, data: Mapping[str, Any]) -> None:
    """Add or correct answers of the form; only fields the offering asks for and the actor reads.

    An approved amount stays, unless who works before the decision sends it there again.
    """
    _require_read(case, data)
    offering = case.blueprint.get("Offering", case.request.offering.key)
    merged = forms.amend(offering, case.request.data, data)
    if merged != case.request.data:
        case.change(data=merged)
        amount = forms.amount_of(offering, merged)
        if amount != case.request.amount:
            _require_not_approved(case, visit, amount)
            case.change(amount=amount)
        _ask_again(case)


def _ask_again(case: Case) -> None:
    """What open decisions are about has changed: votes on what it was before count no more."""
    if not any(node.kind == "decision" for node in case.graph.nodes.values()):
        return
    renewed = reassigning.renew_open(
        parent=case.request, subject_kind="request", amount=case.request.amount, emit=case.note
    )
    for decision in renewed:
        for person_id in (*voting.deciders_of(decision), *voting.asked_on(decision)):
            visibility.add_person(case, person_id)


def _require_not_approved(case: Case, visit: StageVisit, amount: Decimal | None) -> None:
    approved = Decision.objects.filter(
        subject_kind="request",
        subject_id=case.request.pk,
        state=Decision.State.DECIDED,
        outcome=Decision.Outcome.APPROVE,
    )
    known = set(approved.values_list("amount", flat=True))
    ahead = any(
        node.kind == "decision" and visit.stage_key in case.graph.upstream.get(key, ())
        for key, node in case.graph.nodes.items()
    )
    if known and amount not in known and not ahead:
        raise InvalidState(
            "The amount was approved; another one needs another decision. Send the work back to a"
            " step before the decision, or ask for the difference anew.",
            allowed=[],
        )


def _require_read(case: Case, data: Mapping[str, Any]) -> None:
    if case.actor.kind == "system":
        return
    teams = policies.facts_of(case.actor).teams
    read = answers.readable(case.request, person_id=case.actor.person_id, teams=teams)
    hidden = sorted(read.withheld & set(data))
    if hidden:
        raise NotAllowed(f"You do not read the answer to {hidden[0]}, so you cannot change it.")


def leave(case: Case, visit: StageVisit, *, note: str = "", override: str = "") -> None:
    """Move the token on from a finished visit: used by completing and by deciding."""
    step = tokens.complete(case.graph, case.request.marking, visit.token, case.values())
    coming = entering.arrivals(case, step, visit)
    _guard(coming, override)
    sessions.end(case, visit, "completed")
    touch_s, estimated = touch.measure(visit, case.now)
    visit.state, visit.ended_at = StageVisit.State.DONE, case.now
    _write(visit, "state", "ended_at")
    visit.tasks.filter(state=Task.State.CLAIMED).update(state=Task.State.DONE, ended_at=case.now)
    for row in clocks.of_visit(case, visit):
        clocks.stop(case, row)
    first = case.request.visit_count + 1
    case.note(
        VisitCompleted(
            visit=visit.seq,
            touch_s=touch_s,
            estimated=estimated,
            to=list(range(first, first + len(coming))),
        )
    )
    work_parts.inform(case, visit)
    for parked in step.parked:
        case.note(VisitParked(visit=visit.seq, join=parked.join))
    entering.enter(
        case, step, coming, giver=visit, incomplete=bool(override), note=note or override
    )


def _guard(coming: list[Arrival], override: str) -> None:
    for arrival in coming:
        gaps = arrival.missing
        if not gaps:
            continue
        agreement = arrival.agreement
        if override and agreement is not None and agreement.allow_override:
            continue
        listed = "; ".join(c.text for c in gaps)
        raise Invalid(
            f"{arrival.team.name} cannot start yet. Still missing: {listed}.",
            {"criteria": [c.text for c in gaps]},
            code="criteria-missing",
            missing=[c.key for c in gaps],
        )


@transaction.atomic
def pause(
    request_id: int,
    seq: int,
    *,
    party: str,
    reason: str,
    until: datetime | None = None,
    actor: Actor,
) -> StageVisit:
    """Let a visit stand still until the requester or a third party answers.

    Which clocks stand still for whom says the model; where it says nothing our own does for both,
    the promise only while we wait for the requester. A wait may have a clock of its own.
    """
    if party not in WAIT_PARTIES or not reason.strip():
        raise Invalid(
            "Say whom the work waits for and why.", {"party": ["Choose who has to answer."]}
        )
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.pause", scope_of(visit), _known_facts(visit, actor))
    _need(visit, StageVisit.State.ACTIVE)
    sessions.end(case, visit, "waiting")
    visit.state = StageVisit.State.BLOCKED
    visit.blocked_reason, visit.blocked_party = reason[:40], party
    visit.blocked_until, visit.question = until, reason.strip()
    _write(visit, "state", "blocked_reason", "blocked_party", "blocked_until", "question")
    for row in (*clocks.of_visit(case, visit, *WAITING), *clocks.of_request(case)):
        if clocks.pauses_for(case, row, party):
            clocks.pause(case, row, reason="waits", party=party)
    waits.begin(case, visit, party)
    case.note(VisitBlocked(visit=visit.seq, reason="waits", party=party, private={"why": reason}))
    case.note(
        RequestWaiting(
            visit=visit.seq,
            reason="waits",
            party=party,
            until=until.isoformat() if until else None,
        )
    )
    if not case.request.visits.filter(state__in=["offered", "queued", "active"]).exists():
        case.change(state=Request.State.WAITING)
    case.save()
    return visit


@transaction.atomic
def resume(request_id: int, seq: int, *, actor: Actor) -> StageVisit:
    """Go on after a wait."""
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.pause", scope_of(visit), _known_facts(visit, actor))
    _need(visit, StageVisit.State.BLOCKED)
    go_on(case, visit)
    case.save()
    return visit


def go_on(case: Case, visit: StageVisit) -> None:
    """End a wait within a step; the promise runs again once nothing waits for the requester."""
    visit.state = StageVisit.State.ACTIVE
    visit.blocked_reason = visit.blocked_party = visit.question = ""
    visit.blocked_until = None
    _write(visit, "state", "blocked_reason", "blocked_party", "blocked_until", "question")
    for row in clocks.of_visit(case, visit, *WAITING):
        clocks.resume(case, row)
    for row in clocks.of_visit(case, visit, Clock.Metric.WAIT):
        clocks.stop(case, row)
    for row in clocks.of_request(case):
        if not waits.others(case, visit, row):
            clocks.resume(case, row)
    case.note(VisitUnblocked(visit=visit.seq))
    case.note(RequestResumed(visit=visit.seq))
    if case.request.state == Request.State.WAITING:
        case.change(state=Request.State.IN_PROGRESS)


def redo_previous(case: Case, visit: StageVisit) -> StageVisit:
    """Send a visit back to the step before it where no handoff can be returned.

    That is the case within one team, and for a decision that was opened again because its
    outcome was returned: the step before is then that of the former visit of this stage.
    """
    stage_key = _step_before(case, visit)
    visit.state, visit.ended_at = StageVisit.State.RETURNED, case.now
    _write(visit, "state", "ended_at")
    for row in clocks.of_visit(case, visit):
        clocks.cancel(case, row)
    case.note(VisitReturned(visit=visit.seq, handoff=None))
    step = entering.back_to(case, visit, stage_key)
    (rework,) = entering.enter(case, step, entering.arrivals(case, step, None), rework=True)
    return rework


def _step_before(case: Case, visit: StageVisit) -> str:
    earlier = case.request.visits.filter(stage_key=visit.stage_key, seq__lte=visit.seq)
    for row in earlier.select_related("handoff").order_by("-seq"):
        handoff = getattr(row, "handoff", None)
        if handoff is not None:
            return str(handoff.from_stage)
        source = case.request.visits.filter(seq__in=row.sources).order_by("-seq").first()
        if source is not None:
            return source.stage_key
    raise InvalidState("There is no step before this one to send it back to.")
