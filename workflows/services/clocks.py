"""Clocks: start, stop, pause, resume. One row each; the next threshold is stored with it.

Business seconds of the clock's calendar; elapsed equal to target is met. The rules of spans and
thresholds are those of ``workflows.engine.clockwork``; rows are written by ``clock_rows``.
"""

from collections.abc import Sequence
from datetime import datetime

from esm.common.expressions import holds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import PAUSES, ClockPolicy
from workflows.calendars import BusinessCalendar
from workflows.engine import clockwork
from workflows.engine.clockwork import Threshold
from workflows.event_types.clocks import (
    ClockBreached,
    ClockCancelled,
    ClockPaused,
    ClockReset,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
)
from workflows.models import Clock, Handoff, StageVisit
from workflows.selectors import calendars, clock_policies
from workflows.services.case import Case

TARGET, ANEW = "target", "reset"
# Why a clock stands still that no party is waited for: a rule made it, or an event must start it.
RULE, AWAITED = "rule", "start"
HELD = (RULE, AWAITED)
LIVE = (Clock.State.RUNNING, Clock.State.PAUSED)
_DEFAULTS = {
    metric: ClockPolicy(metric=metric, wait_s=0 if metric == "wait" else None)  # type: ignore[arg-type]
    for metric in PAUSES
}


def policy_of(blueprint: Blueprint, metric: str, party: str = "") -> ClockPolicy:
    """What the model says of clocks of this metric; warnings alone where it says nothing."""
    found = clock_policies.find(blueprint, metric, party)
    return found[1] if found else _DEFAULTS[metric]


def policy_for(blueprint: Blueprint, clock: Clock) -> ClockPolicy:
    """The policy of one clock."""
    return policy_of(blueprint, clock.metric, clock.pause_party)


def pauses_for(case: Case, clock: Clock, party: str) -> bool:
    """Whether a clock stands still while a party is waited for."""
    return party in policy_for(case.blueprint, clock).pauses


def target_of(case: Case, metric: str, agreed_s: int) -> int:
    """What the request's priority makes of an agreed target."""
    priority = case.request.priority
    return policy_of(case.blueprint, metric).target_of(agreed_s, priority) if priority else agreed_s


def thresholds(target_s: int, policy: ClockPolicy) -> list[Threshold]:
    """All thresholds of a clock with this target, in the order in which they fire."""
    return clockwork.thresholds(target_s, policy.warn_at, policy.rungs)


def next_threshold(
    clock: Clock, calendar: BusinessCalendar, found: Sequence[Threshold]
) -> tuple[str, datetime | None]:
    """Which of the thresholds comes next and when; ("", None) once all have fired.

    Each is due when as many business seconds have passed as it stands from the start.
    """
    assert clock.running_since is not None
    one = clockwork.next_of(
        found,
        warned=clock.warned,
        rungs=clock.rungs,
        breached=clock.breached_at is not None,
    )
    if one is None:
        return "", None
    if one.kind == clockwork.BREACH:
        return one.kind, clock.due_at
    return one.kind, calendar.add(clock.running_since, max(0, one.at_s - clock.elapsed_s))


def arm(clock: Clock, calendar: BusinessCalendar, policy: ClockPolicy) -> None:
    """Set due_at, risk_at and the next threshold of a running clock from its elapsed seconds.

    A breach stays where it was: standing still afterwards does not move it.
    """
    assert clock.running_since is not None
    if clock.breached_at is None:
        left = max(0, clock.target_s - clock.elapsed_s)
        clock.due_at = calendar.add(clock.running_since, left)
        risk = max(0, clockwork.share_of(clock.target_s, 75) - clock.elapsed_s)
        clock.risk_at = calendar.add(clock.running_since, risk)
    found = thresholds(clock.target_s, policy)
    clock.next_kind, clock.next_due = next_threshold(clock, calendar, found)


def start(
    case: Case,
    metric: str,
    *,
    target_s: int,
    calendar_key: str,
    visit: StageVisit | None = None,
    handoff: Handoff | None = None,
    decision_seq: int | None = None,
    party: str = "",
) -> Clock | None:
    """Start a clock now, against what its priority makes of the target; the step's end writes it.

    None where the model says that it does not start for these answers. Where an event must start
    it, it stands still until then.
    """
    policy = policy_of(case.blueprint, metric, party)
    if policy.start_when.strip() and not holds(policy.start_when, case.values()):
        return None
    agreed_s, target_s = target_s, target_of(case, metric, target_s)
    calendar = calendars.calendar_in(case.blueprint, calendar_key)
    row = Clock(
        request=case.request,
        seq=case.next_number("clock_count"),
        visit=visit,
        handoff=handoff,
        decision_seq=decision_seq,
        metric=metric,
        calendar_key=calendar_key,
        target_s=target_s,
        agreed_s=agreed_s,
        running_since=case.now,
        counted_by=calendars.remember(calendar),
        pause_party=party,
    )
    arm(row, calendar, policy)
    case.started.append(row)
    assert row.due_at is not None
    case.note(
        ClockStarted(
            clock=row.seq,
            metric=metric,
            visit=visit.seq if visit else None,
            handoff=handoff.seq if handoff else None,
            decision=decision_seq,
            target_s=target_s,
            calendar=calendar_key,
            due_at=row.due_at.isoformat(),
        )
    )
    if policy.awaits:
        stand(case, row, reason=AWAITED, party="")
    return row


def close_span(case: Case, clock: Clock, *, why: str = "") -> None:
    """End the open span now with what its calendar counted; ``why`` a clock that runs goes on.

    A clock that is over its target by now is late, whether a sweep saw it or not.
    """
    begun = clock.running_since or clock.still_since
    if begun is None:
        return
    model = case.counted or case.blueprint
    calendar = calendars.counting(model, clock.calendar_key, clock.counted_by)
    seconds = calendar.elapsed(begun, case.now)
    still = clock.running_since is None
    # A target that counted for no second is kept too: what was late by it stays explained.
    if case.now > begun or why == TARGET:
        span = clockwork.Span(
            kind=clockwork.STILL if still else clockwork.RUN,
            start=begun,
            end=case.now,
            seconds=seconds,
            target_s=clock.target_s,
            calendar=clock.calendar_key,
            counted_by=clock.counted_by,
            generation=clock.generation,
            why=clock.pause_reason if still else why,
            party=clock.pause_party if still else "",
        )
        clock.spans = [*clock.spans, span.data()]
    if not still:
        clock.elapsed_s += seconds
        if clock.elapsed_s > clock.target_s and clock.breached_at is None:
            _breach(case, clock)
    clock.running_since = clock.still_since = None
    clock.next_kind, clock.next_due = "", None


def _breach(case: Case, clock: Clock) -> None:
    assert clock.due_at is not None
    clock.breached_at, clock.detected_at = clock.due_at, case.now
    case.note(ClockBreached(clock=clock.seq, due_at=clock.due_at.isoformat()))


def stop(case: Case, clock: Clock) -> None:
    """End a clock: met if elapsed ≤ target and never late before, else missed.

    One that no event started measured nothing: it is cancelled.
    """
    if clock.state == Clock.State.PAUSED and clock.pause_reason == AWAITED:
        cancel(case, clock)
        return
    close_span(case, clock)
    clock.state, clock.ended_at = Clock.State.STOPPED, case.now
    clock.met = clock.elapsed_s <= clock.target_s and clock.breached_at is None
    case.touched.append(clock)
    case.note(ClockStopped(clock=clock.seq, met=clock.met, elapsed_s=clock.elapsed_s))


def cancel(case: Case, clock: Clock) -> None:
    """End a clock that no longer counts."""
    close_span(case, clock)
    clock.state, clock.ended_at = Clock.State.CANCELLED, case.now
    case.touched.append(clock)
    case.note(ClockCancelled(clock=clock.seq))


def pause(case: Case, clock: Clock, *, reason: str, party: str) -> None:
    """Let a running clock stand still; a reason and whom it waits for are on record."""
    if clock.state == Clock.State.RUNNING:
        stand(case, clock, reason=reason, party=party)


def stand(case: Case, clock: Clock, *, reason: str, party: str) -> None:
    """Let it stand still for this from now on, whatever it stood still for until now."""
    close_span(case, clock)
    clock.state, clock.pause_reason, clock.pause_party = Clock.State.PAUSED, reason, party
    clock.still_since = case.now
    _count_anew(case, clock)
    case.touched.append(clock)
    case.note(ClockPaused(clock=clock.seq, reason=reason, party=party))


def resume(case: Case, clock: Clock) -> None:
    """Let it run again; due moves by what stood still. What a rule holds goes on by a rule."""
    if clock.state == Clock.State.PAUSED and clock.pause_reason not in HELD:
        run(case, clock)


def run(case: Case, clock: Clock) -> None:
    """Let a clock that stands still run from now on."""
    close_span(case, clock)
    clock.state, clock.running_since = Clock.State.RUNNING, case.now
    clock.pause_reason = clock.pause_party = ""
    arm(clock, _count_anew(case, clock), policy_for(case.blueprint, clock))
    case.touched.append(clock)
    assert clock.due_at is not None
    case.note(ClockResumed(clock=clock.seq, due_at=clock.due_at.isoformat()))


def _count_anew(case: Case, clock: Clock) -> BusinessCalendar:
    """The open span is counted by the calendar in force from now on."""
    calendar = calendars.calendar_in(case.blueprint, clock.calendar_key)
    clock.counted_by = calendars.remember(calendar)
    return calendar


def retarget(
    case: Case, clock: Clock, target_s: int, why: str, calendar: str | None = None
) -> None:
    """Another target from now on; what elapsed and what stood still stays as it was counted.

    Over the new target already, it is late from this moment. A breach on record stays. It may
    count by another calendar from then on.
    """
    before = clock.target_s
    same = target_s == before and calendar in (None, clock.calendar_key)
    if same or clock.state not in LIVE:
        return
    project_again(case, clock, TARGET, target_s, calendar)
    if clock.elapsed_s > target_s and clock.breached_at is None:
        clock.due_at = case.now
        _breach(case, clock)
        if clock.running_since is not None:
            _arm(case, clock)
    due = clock.due_at.isoformat() if clock.due_at else ""
    case.note(
        ClockRetargeted(clock=clock.seq, why=why, before_s=before, target_s=target_s, due_at=due)
    )


def _arm(case: Case, clock: Clock) -> None:
    calendar = calendars.counting(case.blueprint, clock.calendar_key, clock.counted_by)
    arm(clock, calendar, policy_for(case.blueprint, clock))


def project_again(
    case: Case, clock: Clock, why: str, target_s: int | None = None, calendar: str | None = None
) -> None:
    """What it counts by or against changes: the past stays, what follows is found again.

    ``why`` is on the span that ends here: ``calendar`` or ``target``.
    """
    if clock.state not in LIVE:
        return
    close_span(case, clock, why=why)
    clock.calendar_key = clock.calendar_key if calendar is None else calendar
    clock.target_s = clock.target_s if target_s is None else target_s
    if clock.state == Clock.State.PAUSED:
        clock.still_since = case.now
        _count_anew(case, clock)
    else:
        clock.running_since = case.now
        arm(clock, _count_anew(case, clock), policy_for(case.blueprint, clock))
    case.touched.append(clock)


def run_again(case: Case, clock: Clock) -> None:
    """A clock that was stopped goes on from what it had counted: its work came back."""
    if clock.state != Clock.State.STOPPED:
        return
    clock.ended_at = clock.met = None
    run(case, clock)


def reset(case: Case, clock: Clock) -> None:
    """Start a clock anew: its next generation counts from nothing.

    What it had counted, and whether it was late, stays in its spans and on record. One that stands
    still goes on standing still.
    """
    if clock.state == Clock.State.CANCELLED:
        return
    standing = clock.state == Clock.State.PAUSED
    reason, party = clock.pause_reason, clock.pause_party
    close_span(case, clock, why=ANEW)
    before, met = clock.elapsed_s, clock.breached_at is None and clock.elapsed_s <= clock.target_s
    clock.pause_reason = clock.pause_party = ""
    clock.generation += 1
    clock.elapsed_s = 0
    clock.warned, clock.rungs = [], []
    clock.ended_at = clock.met = clock.breached_at = clock.detected_at = None
    clock.state, clock.running_since = Clock.State.RUNNING, case.now
    arm(clock, _count_anew(case, clock), policy_for(case.blueprint, clock))
    case.touched.append(clock)
    assert clock.due_at is not None
    case.note(
        ClockReset(
            clock=clock.seq,
            generation=clock.generation,
            elapsed_s=before,
            met=met,
            due_at=clock.due_at.isoformat(),
        )
    )
    if standing:
        stand(case, clock, reason=reason, party=party)


def of_visit(case: Case, visit: StageVisit, *metrics: str) -> list[Clock]:
    """The live clocks of a visit, optionally only of some metrics."""
    return [
        c
        for c in case.live_clocks
        if c.visit_id == visit.pk and (not metrics or c.metric in metrics)
    ]


def of_request(case: Case) -> list[Clock]:
    """The live promise clocks."""
    return [c for c in case.live_clocks if c.metric == Clock.Metric.PROMISE]
