"""Clocks: start, stop, pause, resume. One row each; the next threshold is stored with it.

Business seconds of the clock's calendar; elapsed equal to target is met. Writes go out set-based:
one statement for all clocks of a step that start, one for all that change.
"""

from datetime import datetime

from django.db import connection

from workflows.calendars import BusinessCalendar
from workflows.event_types.clocks import (
    ClockCancelled,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
)
from workflows.models import Clock, Handoff, StageVisit
from workflows.models.requests import FAR
from workflows.selectors import calendars
from workflows.services.case import Case

DEFAULT_WARNINGS = (50, 75, 90)


def warnings_for(case_blueprint: object, metric: str) -> tuple[int, ...]:
    """Percentages of the target at which clocks of this metric warn, ascending."""
    for spec in case_blueprint.find("ClockPolicy").values():  # type: ignore[attr-defined]
        if spec.metric == metric:
            return tuple(sorted(spec.warn_at))
    return DEFAULT_WARNINGS


def next_threshold(
    clock: Clock, calendar: BusinessCalendar, percents: tuple[int, ...]
) -> tuple[str, datetime | None]:
    """Which threshold comes next and when; ("", None) once the breach is on record.

    A warning at p % is due when ``ceil(target × p / 100)`` business seconds have passed.
    """
    assert clock.running_since is not None
    for percent in percents:
        if percent in clock.warned:
            continue
        at_s = -(-clock.target_s * percent // 100)
        if at_s < clock.target_s:
            return f"warn{percent}", calendar.add(
                clock.running_since, max(0, at_s - clock.elapsed_s)
            )
    if clock.breached_at is None:
        return "breach", clock.due_at
    return "", None


def arm(clock: Clock, calendar: BusinessCalendar, percents: tuple[int, ...]) -> None:
    """Set due_at, risk_at and the next threshold of a running clock from its elapsed seconds.

    A breach stays where it was: standing still afterwards does not move it.
    """
    assert clock.running_since is not None
    if clock.breached_at is None:
        left = max(0, clock.target_s - clock.elapsed_s)
        clock.due_at = calendar.add(clock.running_since, left)
        risk = max(0, -(-clock.target_s * 3 // 4) - clock.elapsed_s)
        clock.risk_at = calendar.add(clock.running_since, risk)
    clock.next_kind, clock.next_due = next_threshold(clock, calendar, percents)


def start(
    case: Case,
    metric: str,
    *,
    target_s: int,
    calendar_key: str,
    visit: StageVisit | None = None,
    handoff: Handoff | None = None,
    decision_seq: int | None = None,
) -> Clock:
    """Start a clock now; it is written by ``flush``."""
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
        running_since=case.now,
    )
    arm(row, calendar, warnings_for(case.blueprint, metric))
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
    return row


def _halt(case: Case, clock: Clock) -> None:
    """Count what ran until now and close the span."""
    if clock.running_since is not None:
        calendar = calendars.calendar_in(case.blueprint, clock.calendar_key)
        clock.elapsed_s += calendar.elapsed(clock.running_since, case.now)
        if case.now > clock.running_since:
            clock.spans = [*clock.spans, (clock.running_since, case.now)]
    clock.running_since = None
    clock.next_kind, clock.next_due = "", None


def stop(case: Case, clock: Clock) -> None:
    """End a clock: met if elapsed ≤ target, else missed."""
    _halt(case, clock)
    clock.state, clock.ended_at = Clock.State.STOPPED, case.now
    clock.met = clock.elapsed_s <= clock.target_s
    if not clock.met and clock.breached_at is None:
        clock.breached_at, clock.detected_at = clock.due_at, case.now
    case.touched.append(clock)
    case.note(ClockStopped(clock=clock.seq, met=clock.met, elapsed_s=clock.elapsed_s))


def cancel(case: Case, clock: Clock) -> None:
    """End a clock that no longer counts."""
    _halt(case, clock)
    clock.state, clock.ended_at = Clock.State.CANCELLED, case.now
    case.touched.append(clock)
    case.note(ClockCancelled(clock=clock.seq))


def pause(case: Case, clock: Clock, *, reason: str, party: str) -> None:
    """Let a running clock stand still; a reason and whom it waits for are on record."""
    if clock.state != Clock.State.RUNNING:
        return
    _halt(case, clock)
    clock.state, clock.pause_reason, clock.pause_party = Clock.State.PAUSED, reason, party
    case.touched.append(clock)
    case.note(ClockPaused(clock=clock.seq, reason=reason, party=party))


def resume(case: Case, clock: Clock) -> None:
    """Let it run again; due moves by what stood still."""
    if clock.state != Clock.State.PAUSED:
        return
    clock.state, clock.running_since = Clock.State.RUNNING, case.now
    clock.pause_reason = clock.pause_party = ""
    calendar = calendars.calendar_in(case.blueprint, clock.calendar_key)
    arm(clock, calendar, warnings_for(case.blueprint, clock.metric))
    case.touched.append(clock)
    assert clock.due_at is not None
    case.note(ClockResumed(clock=clock.seq, due_at=clock.due_at.isoformat()))


def run_again(case: Case, clock: Clock) -> None:
    """A clock that was stopped goes on from what it had counted: its work came back."""
    if clock.state != Clock.State.STOPPED:
        return
    clock.ended_at = clock.met = None
    clock.state = Clock.State.PAUSED
    resume(case, clock)


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


_COLUMNS = (
    "state", "elapsed_s", "running_since", "spans", "due_at", "risk_at", "next_kind", "next_due",
    "warned", "breached_at", "detected_at", "met", "pause_reason", "pause_party", "ended_at",
)  # fmt: skip


def flush(case: Case) -> None:
    """Write the clocks of a step in one statement, whatever their number."""
    changed = list({c.pk: c for c in case.touched}.values())
    write_rows(case.started, changed)
    case.started, case.touched = [], []


_INSERTED = (
    "request_id", "seq", "visit_id", "handoff_id", "decision_seq", "metric", "calendar_key",
    "target_s", *_COLUMNS,
)  # fmt: skip


def _types(names: tuple[str, ...]) -> list[str]:
    fields = {f.attname: f for f in Clock._meta.concrete_fields}
    return [str(fields[name].db_type(connection)).replace("bigserial", "bigint") for name in names]


def _values(rows: list[Clock], names: tuple[str, ...], params: list[object]) -> str:
    """A VALUES list of typed parameters."""
    fields = {f.attname: f for f in Clock._meta.concrete_fields}
    for row in rows:
        params += [
            fields[n].get_db_prep_save(getattr(row, n), connection)  # type: ignore[attr-defined]
            for n in names
        ]
    one = "(" + ", ".join(f"%s::{kind}" for kind in _types(names)) + ")"
    return ", ".join([one] * len(rows))


# The clock of ours that must end next decides where a visit stands in its queue, as in
# ``selectors.clock_views.ours``. Rows of this statement are read from what it returns: a statement
# does not see its own writes.
_QUEUE = """
    fresh AS ({fresh}),
    live AS (
        SELECT * FROM fresh
        UNION ALL
        SELECT c.id, c.visit_id, c.seq, c.metric, c.state, c.due_at, c.risk_at
        FROM workflows_clock c
        WHERE c.visit_id IN (SELECT visit_id FROM fresh) AND c.id NOT IN (SELECT id FROM fresh)
    ),
    ours AS (
        SELECT DISTINCT ON (visit_id) visit_id, state, due_at, risk_at
        FROM live
        WHERE state IN ('running', 'paused') AND metric <> 'promise'
        ORDER BY visit_id, array_position(ARRAY['decision', 'complete'], metric::text) NULLS FIRST,
            seq
    ),
    place AS (
        SELECT f.visit_id,
            coalesce(CASE WHEN o.state = 'running' THEN o.due_at END, %s) AS queue_due,
            coalesce(CASE WHEN o.state = 'running' THEN o.risk_at END, %s) AS queue_risk
        FROM (SELECT DISTINCT visit_id FROM fresh WHERE visit_id IS NOT NULL) f
        LEFT JOIN ours o USING (visit_id)
    )
    UPDATE workflows_stagevisit v SET queue_due = p.queue_due, queue_risk = p.queue_risk
    FROM place p
    WHERE v.id = p.visit_id
        AND (v.queue_due, v.queue_risk) IS DISTINCT FROM (p.queue_due, p.queue_risk)
"""
_RETURNED = ("id", "visit_id", "seq", "metric", "state", "due_at", "risk_at")


def write_rows(started: list[Clock], changed: list[Clock]) -> None:
    """Insert new clocks and update changed ones, and where their visits stand, by one statement."""
    parts, params, fresh = [], [], []  # type: ignore[var-annotated]
    if changed:
        assigned = ", ".join(f"{name} = v.{name}" for name in _COLUMNS)
        names = ("id", *_COLUMNS)
        parts.append(
            f"u AS (UPDATE workflows_clock c SET {assigned} FROM"
            f" (VALUES {_values(changed, names, params)}) AS v({', '.join(names)})"
            f" WHERE c.id = v.id RETURNING {', '.join('c.' + name for name in _RETURNED)})"
        )
        fresh.append("SELECT * FROM u")
    if started:
        parts.append(
            f"i AS (INSERT INTO workflows_clock ({', '.join(_INSERTED)})"
            f" VALUES {_values(started, _INSERTED, params)} RETURNING {', '.join(_RETURNED)})"
        )
        fresh.append("SELECT * FROM i")
    if parts:
        place = _QUEUE.replace("{fresh}", " UNION ALL ".join(fresh))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)}, {place}", [*params, FAR, FAR])
