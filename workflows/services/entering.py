"""Entering stages: what happens when the engine says a request has arrived somewhere.

Crossing to another team makes a handoff; a decision stage opens its decision; the end fulfils.
"""

from collections.abc import Sequence
from datetime import datetime

from governance.blueprint.kinds.workflows import Stage
from governance.models import Decision
from governance.selectors import voting
from governance.services import opening
from workflows.engine import tokens
from workflows.engine.tokens import Step
from workflows.event_types import (
    HandoffAccepted,
    HandoffOffered,
    RequestFulfilled,
    VisitEntered,
    VisitSkipped,
)
from workflows.models import Clock, Handoff, Request, StageVisit
from workflows.selectors import calendars, clock_policies, identities
from workflows.selectors.arrivals import Arrival
from workflows.services import clocks, visibility, work_parts
from workflows.services.case import Case

DEFAULT_RESPOND_S = 14_400


def arrivals(case: Case, step: Step, giver: StageVisit | None) -> list[Arrival]:
    """The stages a step enters; the giver is the visit that was completed last."""
    return [Arrival(case.blueprint, case.request, entry, giver) for entry in step.entered]


def enter(
    case: Case,
    step: Step,
    coming: Sequence[Arrival],
    *,
    giver: StageVisit | None = None,
    previous: Handoff | None = None,
    rework: bool = False,
    incomplete: bool = False,
    note: str = "",
) -> list[StageVisit]:
    """Make the visits, handoffs, clocks and decisions of a step; fulfil at the end."""
    case.change(marking=step.marking)
    for key in step.skipped:
        case.note(VisitSkipped(stage=key))
    visits = [_visit(case, arrival, rework=rework) for arrival in coming]
    if visits:
        StageVisit.objects.bulk_create(visits)
        visibility.extend(case, [a.team for a in coming])
    handoffs = _handoffs(case, coming, visits, giver, previous, incomplete, note)
    for arrival, visit in zip(coming, visits, strict=True):
        _settle(case, arrival, visit, handoffs.get(visit.seq))
    if step.ended:
        fulfil(case)
    return visits


def _visit(case: Case, arrival: Arrival, *, rework: bool) -> StageVisit:
    state = StageVisit.State.QUEUED
    if arrival.decides:
        state = StageVisit.State.DECIDING
    elif arrival.crosses:
        state = StageVisit.State.OFFERED
    accepted = None if state == StageVisit.State.OFFERED else case.now
    return StageVisit(
        request=case.request,
        seq=case.next_number("visit_count"),
        stage_key=arrival.stage.key,
        token=arrival.entry.token,
        state=state,
        team=arrival.team,
        department=arrival.team.department,
        role_key=arrival.stage.accountable_role or "",
        is_rework=rework or arrival.entry.rework,
        sources=[arrival.giver.seq] if arrival.giver else [],
        est_touch_s=arrival.stage.est_touch_s,
        queue_rank=clock_policies.rank(case.blueprint, case.request.priority),
        entered_at=case.now,
        accepted_at=accepted,
    )


def _attempts(case: Case, coming: Sequence[Arrival], giver: StageVisit) -> dict[str, Handoff]:
    """Per target stage, the last offer of the same giver's stage, where it was returned.

    One that was accepted is over: work that comes back later by a decision starts a new offer.
    """
    wanted = [a.stage.key for a in coming if a.crosses]
    if not wanted or not giver.is_rework:
        return {}
    rows = Handoff.objects.filter(
        request=case.request, from_stage=giver.stage_key, to_stage__in=wanted
    ).order_by("seq")
    last = {row.to_stage: row for row in rows}
    return {stage: row for stage, row in last.items() if row.state == Handoff.State.RETURNED}


def _handoffs(
    case: Case,
    coming: Sequence[Arrival],
    visits: Sequence[StageVisit],
    giver: StageVisit | None,
    previous: Handoff | None,
    incomplete: bool,
    note: str,
) -> dict[int, Handoff]:
    if giver is None:
        return {}
    earlier = _attempts(case, coming, giver)
    rows = {}
    for arrival, visit in zip(coming, visits, strict=True):
        if not arrival.crosses:
            continue
        before = previous or earlier.get(arrival.stage.key)
        auto = arrival.decides
        rows[visit.seq] = Handoff(
            request=case.request,
            seq=case.next_number("handoff_count"),
            attempt=before.attempt + 1 if before else 1,
            previous=before,
            from_visit=giver,
            to_visit=visit,
            from_stage=giver.stage_key,
            to_stage=arrival.stage.key,
            giver_team=giver.team,
            receiver_team=arrival.team,
            agreement_key=arrival.agreement_key,
            state=Handoff.State.ACCEPTED if auto else Handoff.State.OFFERED,
            auto=auto,
            incomplete=incomplete and bool(arrival.missing),
            criteria=[c.data() for c in arrival.checks],
            note=note,
            offered_at=case.now,
            offered_by_id=case.actor.person_id,
            responded_at=case.now if auto else None,
        )
    if rows:
        Handoff.objects.bulk_create(rows.values())
    return rows


def _settle(case: Case, arrival: Arrival, visit: StageVisit, handoff: Handoff | None) -> None:
    """Events, clocks and the decision of one visit just made."""
    calendar_key = calendars.team_calendar_key(case.blueprint, arrival.team.key)
    complete_s = arrival.complete_s()
    state = str(visit.state)
    case.note(
        VisitEntered(
            visit=visit.seq,
            stage=visit.stage_key,
            kind=arrival.stage.kind,
            team=arrival.team.key,
            department=arrival.team.department.key,
            role=visit.role_key,
            est_touch_s=visit.est_touch_s,
            target_s=complete_s,
            calendar=calendar_key,
            token=visit.token,
            rework=visit.is_rework,
            sources=list(visit.sources),
            handoff=handoff.seq if handoff else None,
            state=state,
        )
    )
    respond_s = arrival.agreement.respond_s if arrival.agreement else DEFAULT_RESPOND_S
    if handoff is not None:
        _note_offer(case, arrival, handoff, respond_s, complete_s, calendar_key)
        if handoff.auto:
            case.note(HandoffAccepted(handoff=handoff.seq, auto=True))
        else:
            clocks.start(
                case, "respond", target_s=respond_s, calendar_key=calendar_key, visit=visit,
                handoff=handoff,
            )  # fmt: skip
    work_parts.consult(case, arrival, visit)
    if handoff is not None:
        work_parts.inform_of_offer(case, arrival, visit)
    if arrival.decides:
        open_decision(case, arrival.stage, visit, calendar_key)
    for metric, target_s in (("complete", complete_s), ("stage", arrival.stage.whole_s)):
        if target_s:
            clocks.start(
                case, metric, target_s=target_s, calendar_key=calendar_key, visit=visit,
                handoff=handoff,
            )  # fmt: skip


def _note_offer(
    case: Case,
    arrival: Arrival,
    handoff: Handoff,
    respond_s: int,
    complete_s: int | None,
    calendar_key: str,
) -> None:
    assert arrival.giver is not None
    giver = identities.team(arrival.giver.team.key)
    case.note(
        HandoffOffered(
            handoff=handoff.seq,
            attempt=handoff.attempt,
            previous=handoff.previous.seq if handoff.previous else None,
            from_visit=arrival.giver.seq,
            to_visit=handoff.to_visit.seq,
            from_stage=handoff.from_stage,
            to_stage=handoff.to_stage,
            giver_team=giver.key,
            giver_department=giver.department.key,
            receiver_team=arrival.team.key,
            receiver_department=arrival.team.department.key,
            agreement=handoff.agreement_key,
            respond_s=respond_s,
            complete_s=complete_s,
            calendar=calendar_key,
            criteria=[{"key": c.key, "ok": c.ok, "how": c.how} for c in arrival.checks],
            incomplete=handoff.incomplete,
            private={"note": handoff.note} if handoff.note else {},
        )
    )


def open_decision(case: Case, stage: Stage, visit: StageVisit, calendar_key: str) -> Decision:
    """Open the decision of a decision stage, with its own clock on the team's calendar."""
    request: Request = case.request
    decision_type = case.blueprint.get("DecisionType", str(stage.decision_type))
    latency_s = clocks.target_of(case, "decision", decision_type.latency_s)
    due: datetime = calendars.calendar_in(case.blueprint, calendar_key).add(case.now, latency_s)
    seq = case.next_number("decision_count")
    department = request.requester_department
    if request.beneficiary_id is not None:
        department = identities.department_of(request.beneficiary_id) or department
    decision = opening.open_decision(
        parent=request,
        subject_kind="request",
        subject_id=request.pk,
        subject_ref=request.ref,
        seq=seq,
        decision_type=str(stage.decision_type),
        amount=request.amount,
        currency=request.currency,
        department_key=department.key if department else "",
        service_key=request.service.key,
        version=request.version,
        requester=request.requester,
        beneficiary=request.beneficiary,
        content={"title": request.title, "data": request.data, "amount": str(request.amount)},
        team=visit.team,
        due_at=due,
        visit=visit.seq,
        latency_s=decision_type.latency_s,
        calendar=calendar_key,
        emit=case.note,
    )
    for person_id in (*voting.deciders_of(decision), *voting.asked_on(decision)):
        visibility.add_person(case, person_id)
    clocks.start(
        case, "decision", target_s=decision_type.latency_s, calendar_key=calendar_key,
        visit=visit, decision_seq=seq,
    )  # fmt: skip
    return decision


def fulfil(case: Case) -> None:
    """The end is reached: the promise's clock stops, the time to confirm or reopen begins."""
    offering = case.blueprint.get("Offering", case.request.offering.key)
    calendar = calendars.calendar_in(case.blueprint, offering.calendar)
    closes_at = calendar.add(case.now, offering.reopen_days * calendar.day_seconds)
    case.change(
        state=Request.State.FULFILLED, is_open=False, fulfilled_at=case.now, closes_at=closes_at
    )
    for row in case.live_clocks:
        if row.metric == Clock.Metric.PROMISE:
            clocks.stop(case, row)
    case.note(RequestFulfilled())
    work_parts.inform_of_end(case)


def back_to(case: Case, visit: StageVisit, stage: str) -> Step:
    """Move a visit's token back; over a fork it is only lent, the other branches go on."""
    marking = case.request.marking
    if stage in tokens.send_back_targets(case.graph, marking, visit.token):
        return tokens.send_back(case.graph, marking, visit.token, stage)
    return tokens.detour(case.graph, marking, visit.token, stage)
