"""A request as the subject of a decision: how governance shows it, locks it and moves it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from esm.common.errors import InvalidState
from esm.events.actors import Actor
from governance import registries
from governance.models import Decision
from governance.registries import SubjectSummary
from governance.selectors import versions, voting
from governance.selectors.people import Account
from governance.services import opening
from workflows import locks
from workflows.models import Clock, Request, StageVisit
from workflows.selectors import arrivals, calendars
from workflows.selectors import requests as seen
from workflows.services import clocks, handoffs, messages, requests, stages, visibility
from workflows.services.case import Case

REFERRED_BACK = "referred-back"


def lock(request_id: int) -> Request:
    """The request, locked as the parent of its chain."""
    return locks.request_for_update(request_id)


def summary(request_ids: Sequence[int]) -> Mapping[int, SubjectSummary]:
    """Title and address of the requests; one query."""
    rows = Request.objects.filter(pk__in=request_ids).select_related(
        "service", "requester", "requester_department", "beneficiary"
    )
    return {
        row.pk: SubjectSummary(
            title=row.title,
            url=f"/requests/{row.ref}/",
            text=row.service.name,
            facts=(
                ("Asked by", row.requester.name),
                *((("For", row.beneficiary.name),) if row.beneficiary else ()),
                ("Department", row.requester_department.name if row.requester_department else "—"),
            ),
        )
        for row in rows
    }


def visible(user: Account) -> QuerySet[Request, int]:
    """The requests an account may see, as a query for their pks."""
    return seen.visible_to(user).values_list("pk", flat=True)


def general() -> QuerySet[Request, int]:
    """The requests that general figures are made of: confidential ones stand in none."""
    return Request.objects.filter(confidential=False).values_list("pk", flat=True)


def content(request: Request) -> Mapping[str, Any]:
    """What is decided on; a change of it voids the round."""
    return {
        "title": request.title,
        "data": request.data,
        "amount": str(request.amount) if request.amount is not None else None,
    }


def on_decided(parent: Request, decision: Decision, *, actor: Actor) -> None:
    """Move the request: approve goes on, decline ends it, refer back makes rework of the giver.

    Of a decision that takes another one back, approve ends what the first one let go on.
    """
    case = Case.of(parent, actor)
    if decision.reverses_id is not None:
        return _taken_back(case, decision)
    visit = case.visit(visit_number(decision))
    case.hear("decision.decided", decision=decision.seq, visit=visit.seq)
    for row in case.live_clocks:
        if row.decision_seq == decision.seq and row.metric == Clock.Metric.DECISION:
            clocks.stop(case, row)
    if decision.outcome == Decision.Outcome.DECLINE:
        requests.decline(case, decision)
    elif decision.outcome == Decision.Outcome.REFER_BACK:
        _refer_back(case, visit, decision)
    else:
        stages.leave(case, visit, note="")
    case.save()


def done(request_id: int) -> list[registries.Done]:
    """The steps that were completed, by whom in which role, as they ended; one query."""
    rows = StageVisit.objects.filter(
        request_id=request_id, state=StageVisit.State.DONE, holder__isnull=False
    ).exclude(role_key="")
    related = rows.select_related("holder", "request__version").order_by("ended_at", "pk")
    return [
        registries.Done(
            person=row.holder,
            role=row.role_key,
            step=messages.stage_name(row.request, row.stage_key),
            at=row.ended_at,
        )
        for row in related
        if row.ended_at is not None
    ]


def reopen(request: Request, first: Decision, *, reason: str, actor: Actor) -> Decision:
    """Ask whether what was decided is taken back; due in the time its type gives."""
    case = Case.of(request, actor)
    row = Clock.objects.get(request=request, decision_seq=first.seq, metric=Clock.Metric.DECISION)
    kind = case.blueprint.get("DecisionType", first.type_key)
    calendar = calendars.calendar_in(case.blueprint, row.calendar_key)
    decision = opening.open_reversal(
        first,
        parent=request,
        seq=case.next_number("decision_count"),
        reason=reason,
        due_at=calendar.add(case.now, kind.latency_s),
        calendar=row.calendar_key,
        emit=case.note,
    )
    for person_id in (*voting.deciders_of(decision), *voting.asked_on(decision)):
        visibility.add_person(case, person_id)
    case.save()
    return decision


def _taken_back(case: Case, decision: Decision) -> None:
    """A yes that is taken back ends work that is still under way; a no stands until it is asked
    again, and what is done stays done."""
    first = decision.reverses
    undone = decision.outcome == Decision.Outcome.APPROVE
    was_yes = first is not None and first.outcome == Decision.Outcome.APPROVE
    if undone and was_yes and case.request.is_open:
        requests.decline(case, decision)
    case.save()


def visit_number(decision: Decision) -> int:
    """The visit a decision was opened for."""
    return int(
        Clock.objects.values_list("visit__seq", flat=True).get(
            request_id=decision.subject_id, decision_seq=decision.seq, metric=Clock.Metric.DECISION
        )
    )


def _refer_back(case: Case, visit: StageVisit, decision: Decision) -> None:
    handoff = getattr(visit, "handoff", None)
    if handoff is None:
        # Same team on both sides: there is no handoff to return, the stage before does it again.
        stages.redo_previous(case, visit)
        return
    full = case.handoff(handoff.seq)
    handoffs.send_back(case, full, reason=REFERRED_BACK, note=decision.rationale)


def onward(request_id: int, seq: int) -> list[str]:
    """The steps and teams that an approval leads to as the answers stand now."""
    found = StageVisit.objects.filter(
        clocks__decision_seq=seq, clocks__metric=Clock.Metric.DECISION, request_id=request_id
    )
    visit = found.select_related("request__version", "team").first()
    if visit is None or visit.state != StageVisit.State.DECIDING:
        return []
    request = visit.request
    bp = versions.blueprint(request.version)
    try:
        return [f"{one.stage.name} ({one.team.name})" for one in arrivals.after(bp, request, visit)]
    except InvalidState:
        return []


def register() -> None:
    """Requests are what decisions are about; called once at start."""
    registries.register_subject(
        "request",
        lock=lock,
        summary=summary,
        on_decided=on_decided,
        content=content,
        visible=visible,
        general=general,
        onward=onward,
        reopen=reopen,
        done=done,
    )
