"""Facts about one request, computed from its own events alone.

Nothing here looks at the present moment, so that facts made event by event and facts rebuilt from
the whole ledger are the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from valueflow.engine.attribution import Span, attribute, whole_seconds
from valueflow.engine.records import Case, Clock, Decision, Handoff, Visit
from valueflow.engine.rows import (
    DecisionFact,
    Facts,
    HandoffFact,
    RequestFact,
    SpanFact,
    VisitFact,
)


class WorkingTime(Protocol):
    """What the facts need of a business calendar; seconds are whole business seconds."""

    @property
    def day_seconds(self) -> int: ...

    def elapsed(self, start: datetime, end: datetime, /) -> int: ...


Calendars = Callable[[str], WorkingTime]


def build(case: Case, calendars: Calendars) -> Facts:
    """Facts of a folded case; ``calendars`` gives the calendar of a key under its version."""
    service = calendars(str(case.head.get("calendar") or ""))
    # One second past the last change shows what runs; the length of a running span is not stored.
    spans = attribute(case, _last_change(case) + timedelta(seconds=1))
    line = [_span_fact(i, span, service) for i, span in enumerate(spans.line, 1)]
    slack = [_span_fact(i, span, service) for i, span in enumerate(spans.slack, len(line) + 1)]
    current = spans.line[-1] if spans.line and spans.line[-1].running else None
    on_line = {span.visit for span in spans.line}
    return Facts(
        request=_request_fact(case, service, current),
        spans=(*line, *slack),
        visits=tuple(_visit_fact(v, service, v.number in on_line) for v in case.visits.values()),
        handoffs=tuple(_handoff_fact(case, h, calendars) for h in case.handoffs.values()),
        decisions=tuple(_decision_fact(d, calendars) for d in case.decisions.values()),
    )


def _last_change(case: Case) -> datetime:
    moments = [case.stretches[-1].end or case.stretches[-1].start]
    moments += [phase.at for visit in case.visits.values() for phase in visit.phases]
    moments += [v.ended_at for v in case.visits.values() if v.ended_at is not None]
    for handoff in case.handoffs.values():
        for asked, answered in handoff.waits_on_giver:
            moments.append(answered or asked)
    return max(moments)


def _calendar_s(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else whole_seconds(end) - whole_seconds(start)


def _business_s(calendar: WorkingTime, start: datetime, end: datetime | None) -> int | None:
    return None if end is None else calendar.elapsed(start, end)


def _span_fact(position: int, span: Span, service: WorkingTime) -> SpanFact:
    end = None if span.running else span.end
    return SpanFact(
        position=position,
        start=span.start,
        end=end,
        state=span.state,
        stage=span.stage,
        visit=span.visit,
        team=span.team,
        department=span.department,
        accountable_role=span.accountable_role,
        accountable_team=span.accountable_team,
        waiting_kind=span.waiting_kind,
        waiting_on=span.waiting_on,
        branch=span.branch,
        slack=span.slack,
        cal_s=_calendar_s(span.start, end),
        bus_s=_business_s(service, span.start, end),
    )


def _visit_fact(visit: Visit, service: WorkingTime, on_line: bool) -> VisitFact:
    return VisitFact(
        number=visit.number,
        stage=visit.stage,
        kind=visit.kind,
        team=visit.team,
        department=visit.department,
        role=visit.role,
        rework=visit.rework,
        entered_at=visit.entered_at,
        accepted_at=visit.accepted_at,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        outcome="done" if visit.outcome == "parked" else visit.outcome,
        stay_cal_s=_calendar_s(visit.entered_at, visit.ended_at),
        stay_bus_s=_business_s(service, visit.entered_at, visit.ended_at),
        touch_s=visit.touch_s,
        estimated=visit.estimated,
        on_line=on_line,
    )


def _request_fact(case: Case, service: WorkingTime, current: Span | None) -> RequestFact:
    head, last = case.head, case.stretches[-1]
    clock = next((c for c in case.clocks.values() if c.metric == "promise"), None)
    fulfilled = last.end if last.outcome == "fulfilled" else None
    done = [v for v in case.visits.values() if v.touch_s]
    first = [h for h in case.handoffs.values() if h.attempt == 1]
    returns = sum(h.state == "returned" for h in case.handoffs.values())
    clean = not returns and not any(h.clarified for h in first) and len(case.stretches) == 1
    lead = [(s.start, s.end) for s in case.stretches]
    return RequestFact(
        number=int(head["number"]),
        stream=str(head.get("stream") or ""),
        service=str(head.get("service") or ""),
        offering=str(head.get("offering") or ""),
        workflow=str(head.get("workflow") or ""),
        version=str(head.get("version") or ""),
        department=str(head.get("department") or ""),
        requester=str(head.get("requester") or ""),
        confidential=bool(head.get("confidential")),
        channel=str(head.get("channel") or ""),
        calendar=str(head.get("calendar") or ""),
        day_s=service.day_seconds,
        submitted_at=case.submitted_at,
        started_at=case.started_at,
        fulfilled_at=fulfilled,
        ended_at=last.end,
        outcome=last.outcome or "open",
        promise_s=int(head.get("promise_s") or 0),
        promise=_promise(clock),
        promise_due_at=clock.due_at if clock else None,
        promise_elapsed_s=clock.elapsed_s if clock else None,
        breached_at=clock.breached_at if clock else None,
        lead_cal_s=None if last.end is None else sum(_calendar_s(a, b) or 0 for a, b in lead),
        lead_bus_s=None
        if last.end is None
        else sum(_business_s(service, a, b) or 0 for a, b in lead),
        touch_s=sum(v.touch_s for v in done),
        touch_estimated_s=sum(v.touch_s for v in done if v.estimated),
        handoffs=len(first),
        returns=returns,
        clarifications=sum(h.clarified for h in case.handoffs.values()),
        departments=sorted({v.department for v in case.visits.values() if v.department}),
        first_pass=clean,
        state=current.state if current else "",
        stage=current.stage if current else "",
        team=current.team if current else "",
        waiting_kind=current.waiting_kind if current else "",
        waiting_on=current.waiting_on if current else "",
        since=current.start if current else None,
        last_seq=case.last_seq,
    )


def _promise(clock: Clock | None) -> str:
    """Where the promise stands: a stopped clock says, a running one only when it is broken."""
    if clock is None or clock.state == "cancelled":
        return "none"
    if clock.state == "stopped":
        return "met" if clock.met else "missed"
    if clock.breached_at is not None:
        return "missed"
    return clock.state


def _handoff_fact(case: Case, handoff: Handoff, calendars: Calendars) -> HandoffFact:
    calendar = calendars(handoff.calendar)
    wait_bus = _business_s(calendar, handoff.offered_at, handoff.responded_at)
    lost_cal, lost_bus = _lost(case, handoff, calendar)
    return HandoffFact(
        number=handoff.number,
        attempt=handoff.attempt,
        first=_first(case, handoff).number,
        from_stage=handoff.from_stage,
        to_stage=handoff.to_stage,
        giver_team=handoff.giver_team,
        giver_department=handoff.giver_department,
        receiver_team=handoff.receiver_team,
        receiver_department=handoff.receiver_department,
        agreement=handoff.agreement,
        offered_at=handoff.offered_at,
        responded_at=handoff.responded_at,
        outcome="open" if handoff.responded_at is None else handoff.state,
        reason=handoff.reason,
        auto=handoff.auto,
        incomplete=handoff.incomplete,
        escalated=handoff.escalated,
        clarified=handoff.clarified,
        sent_back=handoff.clarified or handoff.state == "returned",
        respond_s=handoff.respond_s,
        day_s=calendar.day_seconds,
        wait_cal_s=_calendar_s(handoff.offered_at, handoff.responded_at),
        wait_bus_s=wait_bus,
        met=_met(handoff, wait_bus),
        lost_cal_s=lost_cal,
        lost_bus_s=lost_bus,
    )


def _lost(case: Case, handoff: Handoff, calendar: WorkingTime) -> tuple[int | None, int | None]:
    """What a first offer cost: each wait for an answer, and from each return to the next offer.

    None for later offers, and while the last offer is unanswered or was withdrawn.
    """
    tries = _attempts(case, handoff) if handoff.attempt == 1 else []
    if not tries or tries[-1].state not in ("accepted", "returned"):
        return None, None
    pieces = [(one.offered_at, one.responded_at) for one in tries]
    pieces += [(a.returned_at, b.offered_at) for a, b in pairwise(tries) if a.returned_at]
    known = [(start, end) for start, end in pieces if end is not None]
    cal_s = sum(whole_seconds(end) - whole_seconds(start) for start, end in known)
    return cal_s, sum(calendar.elapsed(start, end) for start, end in known)


def _met(handoff: Handoff, wait_s: int | None) -> bool | None:
    if wait_s is None or handoff.respond_s is None or handoff.state == "withdrawn":
        return None
    return wait_s <= handoff.respond_s


def _first(case: Case, handoff: Handoff) -> Handoff:
    while handoff.previous in case.handoffs and handoff.previous is not None:
        handoff = case.handoffs[handoff.previous]
    return handoff


def _attempts(case: Case, first: Handoff) -> list[Handoff]:
    """The first offer and those that followed its return, in order."""
    chain = [first]
    while following := next(
        (h for h in case.handoffs.values() if h.previous == chain[-1].number), None
    ):
        chain.append(following)
    return chain


def _decision_fact(decision: Decision, calendars: Calendars) -> DecisionFact:
    calendar = calendars(decision.calendar)
    return DecisionFact(
        number=decision.number,
        type=decision.type,
        role=decision.role,
        right=decision.right,
        amount=decision.amount,
        currency=decision.currency,
        band_min=decision.band_min,
        band_max=decision.band_max,
        opened_at=decision.opened_at,
        decided_at=decision.decided_at,
        outcome="open" if decision.state == "open" else decision.outcome or decision.state,
        latency_s=decision.latency_s,
        wait_cal_s=_calendar_s(decision.opened_at, decision.decided_at),
        wait_bus_s=_business_s(calendar, decision.opened_at, decision.decided_at),
        version=decision.version,
    )
