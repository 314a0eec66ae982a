"""Handoffs: accept, return with a reason, ask and answer. Each offer is a row of its own."""

from django.db import transaction

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance import policies
from governance.blueprint.kinds.workflows import HandoffAgreement
from governance.policies import Scope
from workflows.event_types import (
    HandoffAccepted,
    HandoffClarificationAsked,
    HandoffClarified,
    HandoffEscalated,
    HandoffReturned,
    VisitQueued,
    VisitReturned,
)
from workflows.models import Clock, Handoff, StageVisit
from workflows.selectors import calendars
from workflows.services import clocks, entering, limits
from workflows.services.case import Case, fields_of

ESCALATE_AT_RETURN = 3


def receiver_scope(handoff: Handoff) -> Scope:
    """What the policies need to know of the side that takes."""
    return Scope(team_id=handoff.receiver_team_id, department_id=handoff.to_visit.department_id)


def giver_scope(handoff: Handoff) -> Scope:
    """What the policies need to know of the side that gives."""
    return Scope(
        team_id=handoff.giver_team_id,
        department_id=handoff.from_visit.department_id,
        holder_id=handoff.from_visit.holder_id or 0,
    )


def _need(handoff: Handoff, *states: str) -> None:
    if handoff.state not in states:
        raise InvalidState(
            f"This handoff is {handoff.get_state_display()} already.", allowed=allowed(handoff)
        )


def allowed(handoff: Handoff) -> list[str]:
    """The commands a handoff's state allows, whoever asks."""
    return {
        Handoff.State.OFFERED: ["accept", "return", "ask"],
        Handoff.State.CLARIFYING: ["answer", "accept", "return"],
    }.get(Handoff.State(handoff.state), [])


def _write(handoff: Handoff, *names: str) -> None:
    Handoff.objects.filter(pk=handoff.pk).update(**fields_of(handoff, *names))


def _visit_state(visit: StageVisit, **columns: object) -> None:
    for name, value in columns.items():
        setattr(visit, name, value)
    StageVisit.objects.filter(pk=visit.pk).update(**columns)


@transaction.atomic
def accept(request_id: int, seq: int, *, over_limit: str = "", actor: Actor) -> Handoff:
    """The receiver takes it: from now on its team is accountable and work may start.

    ``over_limit`` says why, where the team has as much in hand as it agreed on.
    """
    case = Case.open(request_id, actor)
    handoff = case.handoff(seq)
    policies.require(actor, "handoff.accept", receiver_scope(handoff))
    _need(handoff, Handoff.State.OFFERED, Handoff.State.CLARIFYING)
    limits.guard(case, handoff.to_visit, over_limit)
    take(case, handoff, auto=False)
    case.save()
    return handoff


def take(case: Case, handoff: Handoff, *, auto: bool) -> None:
    """Accept within a step: by a person, or by the agreement itself."""
    _close_question(case, handoff)
    handoff.state, handoff.auto = Handoff.State.ACCEPTED, auto
    handoff.responded_at, handoff.responded_by_id = case.now, case.actor.person_id
    _write(handoff, "state", "auto", "responded_at", "responded_by_id")
    _visit_state(handoff.to_visit, state=StageVisit.State.QUEUED, accepted_at=case.now)
    for row in clocks.of_visit(case, handoff.to_visit, Clock.Metric.RESPOND):
        clocks.stop(case, row)
    case.note(HandoffAccepted(handoff=handoff.seq, auto=auto))
    case.note(VisitQueued(visit=handoff.to_visit.seq))


@transaction.atomic
def return_to_giver(request_id: int, seq: int, *, reason: str, note: str, actor: Actor) -> Handoff:
    """Send it back with a reason of the agreement and a note; it becomes rework of the giver."""
    case = Case.open(request_id, actor)
    handoff = case.handoff(seq)
    policies.require(actor, "handoff.return", receiver_scope(handoff))
    _need(handoff, Handoff.State.OFFERED, Handoff.State.CLARIFYING)
    _check_reason(agreement_of(case, handoff), reason, note)
    _close_question(case, handoff)
    send_back(case, handoff, reason=reason, note=note)
    case.save()
    return handoff


def agreement_of(case: Case, handoff: Handoff) -> HandoffAgreement | None:
    """The agreement the handoff was offered under."""
    if not handoff.agreement_key:
        return None
    found: HandoffAgreement = case.blueprint.get("HandoffAgreement", handoff.agreement_key)
    return found


def _check_reason(agreement: HandoffAgreement | None, reason: str, note: str) -> None:
    errors: dict[str, list[str]] = {}
    known = {r.key for r in agreement.return_reasons} if agreement else set()
    if known and reason not in known:
        errors["reason"] = ["Choose one of the reasons both teams agreed on."]
    if not reason:
        errors["reason"] = ["Say what is missing."]
    if not note.strip():
        errors["note"] = ["Write what would make it usable, so that it comes back right."]
    if errors:
        raise Invalid("A return needs a reason and a note.", errors)


def send_back(case: Case, handoff: Handoff, *, reason: str, note: str) -> StageVisit:
    """Return within a step; also used when a decider refers back."""
    visit = handoff.to_visit
    returns = (
        1
        + case.request.handoffs.filter(
            state=Handoff.State.RETURNED, from_stage=handoff.from_stage, to_stage=handoff.to_stage
        ).count()
    )
    handoff.state, handoff.responded_at = Handoff.State.RETURNED, case.now
    handoff.responded_by_id = case.actor.person_id
    handoff.reason_key, handoff.reason_note = reason, note
    _write(handoff, "state", "responded_at", "responded_by_id", "reason_key", "reason_note")
    _visit_state(visit, state=StageVisit.State.RETURNED, ended_at=case.now)
    for row in clocks.of_visit(case, visit):
        if row.metric == Clock.Metric.RESPOND or row.metric == Clock.Metric.DECISION:
            clocks.stop(case, row)
        else:
            clocks.cancel(case, row)
    case.note(
        HandoffReturned(handoff=handoff.seq, reason=reason, returns=returns, private={"note": note})
    )
    case.note(VisitReturned(visit=visit.seq, handoff=handoff.seq))
    if returns >= ESCALATE_AT_RETURN:
        escalate(case, handoff, why="third-return")
    step = entering.back_to(case, visit, handoff.from_stage)
    (rework,) = entering.enter(case, step, entering.arrivals(case, step, None), rework=True)
    before = handoff.from_visit.holder_id
    if before is not None and rework.state == StageVisit.State.QUEUED:
        _visit_state(rework, holder_id=before)
    return rework


def escalate(case: Case, handoff: Handoff, *, why: str) -> None:
    """Bring a handoff to both accountable roles and the stream's owner; once per handoff."""
    if handoff.escalated_at is not None:
        return
    handoff.escalated_at = case.now
    _write(handoff, "escalated_at")
    roles = [handoff.from_visit.role_key, handoff.to_visit.role_key]
    agreement = agreement_of(case, handoff)
    if agreement is not None and agreement.escalation_role:
        roles.append(str(agreement.escalation_role))
    stream = case.blueprint.get("ValueStream", case.request.value_stream.key)
    if stream.owner_role:
        roles.append(str(stream.owner_role))
    case.note(HandoffEscalated(handoff=handoff.seq, why=why, to=sorted({r for r in roles if r})))


@transaction.atomic
def ask(request_id: int, seq: int, *, question: str, actor: Actor) -> Handoff:
    """Ask the giver before accepting; both our clocks stand still until the answer."""
    if not question.strip():
        raise Invalid("Write your question.", {"question": ["Write your question."]})
    case = Case.open(request_id, actor)
    handoff = case.handoff(seq)
    policies.require(actor, "handoff.ask", receiver_scope(handoff))
    _need(handoff, Handoff.State.OFFERED)
    handoff.state, handoff.question = Handoff.State.CLARIFYING, question.strip()
    handoff.clarified_once, handoff.answer = True, ""
    _write(handoff, "state", "question", "answer", "clarified_once")
    for row in clocks.of_visit(case, handoff.to_visit):
        if clocks.pauses_for(case, row, "giver"):
            clocks.pause(case, row, reason="clarification", party="giver")
    agreement = agreement_of(case, handoff)
    clocks.start(
        case,
        Clock.Metric.CLARIFY,
        target_s=agreement.clarify_s if agreement else entering.DEFAULT_RESPOND_S,
        calendar_key=calendars.team_calendar_key(case.blueprint, handoff.giver_team.key),
        visit=handoff.to_visit,
        handoff=handoff,
    )
    case.note(
        HandoffClarificationAsked(handoff=handoff.seq, private={"question": handoff.question})
    )
    case.save()
    return handoff


@transaction.atomic
def answer(request_id: int, seq: int, *, text: str, actor: Actor) -> Handoff:
    """Answer the receiver's question; the offer stands again."""
    if not text.strip():
        raise Invalid("Write your answer.", {"answer": ["Write your answer."]})
    case = Case.open(request_id, actor)
    handoff = case.handoff(seq)
    policies.require(actor, "handoff.answer", giver_scope(handoff))
    _need(handoff, Handoff.State.CLARIFYING)
    handoff.answer, handoff.state = text.strip(), Handoff.State.OFFERED
    _write(handoff, "answer", "state")
    _resume_after_question(case, handoff)
    case.note(HandoffClarified(handoff=handoff.seq, private={"answer": handoff.answer}))
    case.save()
    return handoff


def _resume_after_question(case: Case, handoff: Handoff) -> None:
    for row in clocks.of_visit(case, handoff.to_visit):
        if row.metric == Clock.Metric.CLARIFY:
            clocks.stop(case, row)
        else:
            clocks.resume(case, row)


def _close_question(case: Case, handoff: Handoff) -> None:
    """The receiver did not wait for the answer."""
    if handoff.state == Handoff.State.CLARIFYING:
        _resume_after_question(case, handoff)
