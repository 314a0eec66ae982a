"""Explain a clock: every span with its arithmetic, the rule behind the target, the calendar.

Each figure is recomputed from what counted then; where a stored one differs the page would show
it, since the lines of a span are what its calendar was open, and their sum stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate

from esm.common import clock
from esm.common.errors import NotFound
from esm.events.registry import EventRow
from esm.events.selectors.chains import events_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import ClockPolicy, Rung
from governance.models import CalendarException
from governance.selectors import roles, versions
from governance.selectors.wording import condition_words, element_name
from workflows.calendars import BusinessCalendar
from workflows.engine import clockwork
from workflows.models import Clock, Request
from workflows.selectors import calendars, clock_policies, clock_views, pins

FIRED = ("clock.warned", "clock.escalated", "clock.breached")
RULED = "clock.ruled"
MOST_LINES = 400


@dataclass(frozen=True)
class Line:
    """An open stretch that was counted, and what had elapsed after it."""

    start: datetime
    end: datetime
    seconds: int
    total: int


@dataclass(frozen=True)
class SpanRow:
    """A span as it is shown; ``end`` of the open one is now. ``lines`` are empty where it stood
    still, and where what counted it is not known."""

    span: clockwork.Span
    open: bool
    lines: tuple[Line, ...] = ()

    @property
    def runs(self) -> bool:
        """It ran; otherwise it stood still."""
        return self.span.kind == clockwork.RUN


@dataclass(frozen=True)
class Moment:
    """A warning, the breach or a rung: when it fired, else when it will, with who hears of it.

    ``in_s`` are business seconds until then where the clock stands still.
    """

    kind: str
    when: str
    amount: int
    at_s: int
    fired_at: datetime | None = None
    due_at: datetime | None = None
    in_s: int | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What set the target: an element of the model, named; ``kind`` empty where none did."""

    kind: str = ""
    key: str = ""
    name: str = ""


@dataclass(frozen=True)
class RuleRow:
    """A rule by which events move it, and the moments at which it did; ``number`` from 1."""

    number: int
    does: str
    event: str
    stage: str
    when: str
    at: tuple[datetime, ...]


@dataclass(frozen=True)
class Explained:
    """All that explains one clock; seconds are business seconds of its calendar."""

    row: Clock
    view: clock_views.ClockView
    stage: str
    rule: Rule
    policy: Rule
    version: str
    calendar: BusinessCalendar
    calendar_name: str
    calendar_key: str
    week: tuple[tuple[str, tuple[str, ...]], ...]
    exceptions: tuple[CalendarException, ...]
    spans: tuple[SpanRow, ...]
    pauses: tuple[tuple[str, str, int, int], ...]
    moments: tuple[Moment, ...]
    rules: tuple[RuleRow, ...]
    until: datetime
    now: datetime
    open_hours: tuple[tuple[datetime, datetime], ...] = field(default=())

    @property
    def calendar_zone(self) -> str:
        """The zone of its calendar."""
        return self.calendar.zone

    @property
    def days_off(self) -> list[date]:
        """The days between its first and last moment that differ from the week."""
        return [one.day for one in self.exceptions]

    @property
    def began(self) -> datetime:
        """When its first span began."""
        return self.spans[0].span.start if self.spans else self.now


def of_request(request: Request, seq: int) -> Explained:
    """A clock of a visible request by its number, explained now. Raises NotFound."""
    rows = request.clocks.select_related("visit", "handoff")
    row = rows.filter(seq=seq).first()
    if row is None:
        raise NotFound("There is no clock with this number.")
    return explain(request, row, blueprint_of(request, row), clock.now())


def blueprint_of(request: Request, row: Clock) -> Blueprint:
    """The model a clock counts under: that of its step, else the one the request follows."""
    if row.visit is not None:
        return pins.blueprint_of(request, row.visit)
    return versions.blueprint(request.version_id)


def explain(request: Request, row: Clock, blueprint: Blueprint, now: datetime) -> Explained:
    """Everything about a clock of a visible request, at ``now``; five queries at most."""
    now = now.replace(microsecond=0)
    calendar = calendars.counting(blueprint, row.calendar_key, row.counted_by)
    spans = _spans(row, blueprint, calendar, now)
    began = spans[0].span.start if spans else now
    until = max(filter(None, (row.due_at, row.ended_at or now, began)))
    key = row.calendar_key or calendars.default_key(blueprint)
    policy_key, policy = clock_policies.of(blueprint, row) or ("", None)
    events = [e for e in events_of(request, (*FIRED, RULED)) if e.data["clock"] == row.seq]
    hours = calendar.open_spans(began, until)
    return Explained(
        row=row,
        view=clock_views.view(row, blueprint, now),
        stage=_stage(request, row, blueprint),
        rule=_rule(request, row, blueprint),
        policy=Rule("ClockPolicy", policy_key, element_name(blueprint, "ClockPolicy", policy_key))
        if policy_key
        else Rule(),
        version=request.version.code,
        calendar=calendar,
        calendar_name=blueprint.get("Calendar", key).name,
        calendar_key=key,
        week=_week(calendar),
        exceptions=_exceptions(key, calendar, began, until),
        spans=tuple(spans),
        pauses=tuple(
            (why, party, *sums)
            for (why, party), sums in sorted(clockwork.pauses(s.span for s in spans).items())
        ),
        moments=tuple(_moments(row, policy, calendar, events)),
        rules=tuple(_rules(request, policy, blueprint, events)),
        until=until,
        now=now,
        open_hours=tuple(hours) if len(hours) <= MOST_LINES else (),
    )


def _spans(
    row: Clock, blueprint: Blueprint, calendar: BusinessCalendar, now: datetime
) -> list[SpanRow]:
    closed = [clockwork.Span.of(one) for one in row.spans]
    known = calendars.as_they_were(s.counted_by for s in closed)
    known[row.counted_by] = calendar
    found: list[SpanRow] = []
    before = 0
    for span in closed:
        if span.generation != (found[-1].span.generation if found else 1):
            before = 0
        found.append(SpanRow(span, False, _lines(span, known.get(span.counted_by), before)))
        before += span.seconds if span.kind == clockwork.RUN else 0
    begun = row.running_since or row.still_since
    if begun is not None and now > begun:
        span = _open_span(row, calendar, begun, now)
        found.append(SpanRow(span, True, _lines(span, calendar, row.elapsed_s)))
    return found


def _open_span(
    row: Clock, calendar: BusinessCalendar, begun: datetime, now: datetime
) -> clockwork.Span:
    return clockwork.Span(
        kind=clockwork.RUN if row.running_since else clockwork.STILL,
        start=begun,
        end=now,
        seconds=calendar.elapsed(begun, now),
        target_s=row.target_s,
        calendar=row.calendar_key,
        counted_by=row.counted_by,
        generation=row.generation,
        why=row.pause_reason,
        party=row.pause_party,
    )


def _lines(
    span: clockwork.Span, calendar: BusinessCalendar | None, before: int
) -> tuple[Line, ...]:
    if calendar is None or span.kind != clockwork.RUN or not span.counted_by:
        return ()
    pieces = calendar.open_spans(span.start, span.end)
    if len(pieces) > MOST_LINES:
        return ()
    seconds = [int((end - start).total_seconds()) for start, end in pieces]
    totals = accumulate(seconds, initial=before)
    next(totals)
    return tuple(
        Line(start, end, s, total)
        for (start, end), s, total in zip(pieces, seconds, totals, strict=True)
    )


def _stage(request: Request, row: Clock, blueprint: Blueprint) -> str:
    if row.visit is None:
        return ""
    return str(blueprint.stage(request.workflow_key, row.visit.stage_key).name)


def _rule(request: Request, row: Clock, blueprint: Blueprint) -> Rule:
    """The element of the pinned version that the target comes from."""
    metric = Clock.Metric(row.metric)
    kind, key = "", ""
    if metric == Clock.Metric.PROMISE:
        kind, key = "Offering", request.offering.key
    elif metric == Clock.Metric.DECISION and row.visit is not None:
        stage = blueprint.stage(request.workflow_key, row.visit.stage_key)
        kind, key = "DecisionType", str(stage.decision_type or "")
    elif metric == Clock.Metric.WAIT:
        kind, key = "ClockPolicy", (clock_policies.of(blueprint, row) or ("",))[0]
    elif metric == Clock.Metric.STAGE:
        kind, key = "Workflow", request.workflow_key
    elif row.handoff is not None and row.handoff.agreement_key:
        kind, key = "HandoffAgreement", row.handoff.agreement_key
        agreed = blueprint.get("HandoffAgreement", key)
        if metric == Clock.Metric.COMPLETE and agreed.complete_s is None:
            kind, key = "Workflow", request.workflow_key
    elif metric == Clock.Metric.COMPLETE:
        kind, key = "Workflow", request.workflow_key
    return Rule(kind, key, element_name(blueprint, kind, key)) if key else Rule()


def _rules(
    request: Request,
    policy: ClockPolicy | None,
    blueprint: Blueprint,
    events: Sequence[EventRow],
) -> list[RuleRow]:
    """The rules of its policy in their order, with the moments at which they moved it."""
    fired = [(e.data["rule"], e.occurred_at) for e in events if e.type == RULED]
    names = {s.key: s.name for s in blueprint.get("Workflow", request.workflow_key).stages}
    return [
        RuleRow(
            number=number,
            does=rule.does,
            event=rule.event,
            stage=names.get(rule.stage, rule.stage) if rule.stage else "",
            when=condition_words(rule.when),
            at=tuple(at for n, at in fired if n == number),
        )
        for number, rule in enumerate(policy.rules if policy else (), 1)
    ]


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _week(calendar: BusinessCalendar) -> tuple[tuple[str, tuple[str, ...]], ...]:
    weekly = calendar.content[1]
    return tuple(
        (day, tuple(f"{_time(a)}–{_time(b)}" for a, b in spans))
        for day, spans in zip(_DAYS, weekly, strict=True)
    )


def _time(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


def _exceptions(
    key: str, calendar: BusinessCalendar, began: datetime, until: datetime
) -> tuple[CalendarException, ...]:
    """Days that differ from the week, between the first and the last moment."""
    first, last = (calendar.local_day(at) for at in (began, until))
    rows = CalendarException.objects.filter(calendar_key=key, day__gte=first, day__lte=last)
    return tuple(rows.order_by("day"))


def _moments(
    row: Clock,
    policy: ClockPolicy | None,
    calendar: BusinessCalendar,
    events: Sequence[EventRow],
) -> list[Moment]:
    """Warnings, breach and rungs in their order."""
    policy = policy or ClockPolicy(metric="complete")
    names = roles.role_names({str(role) for rung in policy.rungs for role in rung.roles})
    found = []
    for one in clockwork.thresholds(row.target_s, policy.warn_at, policy.rungs):
        fired = _fired(events, one, row.generation)
        due, in_s = (None, None) if fired else _ahead(row, one, calendar)
        when, amount = "", 0
        to: tuple[str, ...] = ()
        if one.kind.startswith("warn"):
            when, amount = "percent", one.number
        elif one.kind.startswith("rung"):
            rung = policy.rungs[one.number - 1]
            when, amount = clockwork.ladder_words(rung)
            to = _to(rung, names)
        kind = one.kind.rstrip("0123456789")
        found.append(Moment(kind, when, amount, one.at_s, fired, due, in_s, to))
    return found


def _to(rung: Rung, names: dict[str, str]) -> tuple[str, ...]:
    return (*rung.to, *(names.get(str(role), str(role)) for role in rung.roles))


def _fired(
    events: Sequence[EventRow], one: clockwork.Threshold, generation: int
) -> datetime | None:
    for event in reversed(events):
        data = event.data
        if one.kind == clockwork.BREACH:
            same = event.type == "clock.breached"
        elif one.kind.startswith("warn"):
            same = event.type == "clock.warned" and data["percent"] == one.number
        else:
            same = event.type == "clock.escalated" and data["rung"] == one.number
            same = same and data["generation"] == generation
        if same:
            return event.occurred_at
    return None


def _ahead(
    row: Clock, one: clockwork.Threshold, calendar: BusinessCalendar
) -> tuple[datetime | None, int | None]:
    """When it will be, or how much must still run where the clock stands still."""
    left = max(0, one.at_s - row.elapsed_s)
    if row.running_since is not None:
        return calendar.add(row.running_since, left), None
    return None, left if row.state == Clock.State.PAUSED else None
