"""Before and after a version came into force, by stream: both sides, and whether it is fair.

Before are requests finished in the thirteen weeks that ended with it, or those of a frozen
baseline; after are those sent from then on, until the next version came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import ControlResult, Decision
from governance.selectors import versions
from valueflow.engine import figures
from valueflow.engine.comparison import Compared, Item, compare, size_band
from valueflow.engine.summary import FEW, CaseRow
from valueflow.models import FactRequest
from valueflow.selectors import population
from valueflow.selectors.capacity import rooms
from valueflow.selectors.felt import answers_to
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.touched import Turn, counting_changed
from workflows.models import OffModelWork
from workflows.selectors.calendars import calendar_for

WEEKS = 13
# Kinds of time in which we wait for somebody else, as shares are compared.
PAUSES = ("requester", "third")


@dataclass(frozen=True, slots=True)
class Windows:
    """The scopes of both sides: when *before* finished, when *after* was sent."""

    before: FlowScope
    after: FlowScope

    @property
    def weeks(self) -> tuple[float, float]:
        """How long each is, in weeks."""
        lengths = [(one.end - one.start) / timedelta(weeks=1) for one in (self.before, self.after)]
        return lengths[0], lengths[1]


def windows(scope: FlowScope, turn: Turn) -> Windows:
    """The thirteen weeks before a version, and from it to the next one or to now."""
    effect = turn.now.at
    plain = replace(scope, version="", period="custom")
    return Windows(
        before=replace(plain, start=effect - timedelta(weeks=WEEKS), end=effect),
        after=replace(plain, start=effect, end=max(turn.now.until or scope.now, effect)),
    )


def sent_then(scope: FlowScope) -> QuerySet[FactRequest]:
    """Sent in the period and fulfilled since."""
    return population.sent(scope).filter(outcome="fulfilled")


def running_then(scope: FlowScope) -> QuerySet[FactRequest]:
    """Sent in the period and not ended yet."""
    return population.sent(scope).filter(outcome="open")


@dataclass(frozen=True, slots=True)
class Pair:
    """A number before and after; None where there is none."""

    before: float | None
    after: float | None

    def ratio(self) -> float | None:
        """After by before."""
        if self.before is None or self.after is None or not self.before:
            return None
        return self.after / self.before


@dataclass(frozen=True, slots=True)
class Around:
    """What else was different in a stream, and what stands beside speed.

    ``volume`` requests sent in a week, ``season`` working days in a week, ``room`` business
    seconds of members in a week, ``pause`` share of lead times spent waiting for somebody
    outside, ``outside`` share of work outside the model, ``felt`` mean answer of five and more,
    ``reversed_`` share of decisions that took one back, ``refused`` controls not kept a request.
    """

    volume: Pair
    season: Pair
    room: Pair
    pause: Pair
    outside: Pair
    felt: Pair
    reversed_: Pair
    refused: Pair
    others: tuple[str, ...]
    clock: bool
    promise: bool


@dataclass(frozen=True, slots=True)
class StreamChange:
    """One stream before and after; the rows themselves beside what was made of them."""

    key: str
    name: str
    day_s: int
    compared: Compared
    around: Around
    before: tuple[CaseRow, ...] = field(repr=False)
    after: tuple[CaseRow, ...] = field(repr=False)


Row = tuple[CaseRow, tuple[object, ...]]


class Sides:
    """Everything that is read of both sides, by stream; at most thirteen queries."""

    def __init__(
        self, turn: Turn, at: Windows, before: QuerySet[FactRequest] | None = None
    ) -> None:
        self.turn, self.at = turn, at
        self._before = population.finished(at.before) if before is None else before
        self._after = population.sent(at.after)
        more = ("request__amount", "request__reopened")
        self.was = _by_stream(population.case_rows_with(self._before.order_by("pk"), *more))
        sent = population.case_rows_with(self._after.order_by("pk"), *more)
        # Withdrawn and declined ones have no lead time; neither do they run.
        self.now = _by_stream([row for row in sent if row[0].finished or row[0].ended_at is None])
        self._sent_after = _count([case.stream for case, _more in sent])
        self.model: Blueprint = versions.blueprint(turn.now.pk)

    def streams(self, keys: Sequence[str]) -> list[StreamChange]:
        """These streams, compared."""
        around = _Around(self, keys)
        return [self._one(key, around) for key in keys]

    def _one(self, key: str, around: "_Around") -> StreamChange:
        was, now = self.was.get(key, []), self.now.get(key, [])
        found = around.of(key)
        at = self.at.after.now
        items = [item_of(row, at) for row in was], [item_of(row, at) for row in now]
        if found.promise:
            # What is promised is another: keeping it says nothing.
            before, after = ([replace(one, kept=None) for one in side] for side in items)
            items = before, after
        spec = self.model.peek(kinds.ValueStream, key)
        cases = [case for case, _more in (*was, *now)]
        return StreamChange(
            key=key,
            name=spec.name if spec else key,
            day_s=cases[-1].day_s if cases else 28_800,
            compared=compare(*items, unfair=["clock"] if found.clock else []),
            around=found,
            before=tuple(case for case, _more in was),
            after=tuple(case for case, _more in now),
        )

    @property
    def sent_after(self) -> Mapping[str, int]:
        """How many were sent after, by stream, whatever became of them."""
        return self._sent_after

    @property
    def keys(self) -> tuple[QuerySet[FactRequest], QuerySet[FactRequest]]:
        """Both sides for queries about them."""
        ended = Q(outcome="fulfilled")
        return self._before.order_by(), self._after.filter(ended).order_by()


def _by_stream(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0].stream].append(row)
    return dict(found)


def _count(streams: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key in streams:
        found[key] += 1
    return dict(found)


def item_of(row: Row, at: datetime) -> Item:
    """A request as it is compared: by service and size, with its age while it runs."""
    case, (amount, reopened) = row
    running = case.ended_at is None
    lead = population.open_rows([case], at)[0].age if running else case.lead
    kept: bool | None = {"met": True, "missed": False}.get(case.promise)
    if running:
        kept = False if figures.is_late(case, at) else None
    return Item(
        lead=lead,
        stratum=(case.service, size_band(None if amount is None else float(str(amount)))),
        kept=kept,
        back=case.returns > 0,
        reopened=bool(reopened),
        running=running,
    )


class _Around:
    """What else is read of both sides, once for all streams; nine queries."""

    def __init__(self, sides: Sides, streams: Sequence[str]) -> None:
        self.sides, self.at = sides, sides.at
        self.teams = {key: _teams(sides.model, key) for key in streams}
        before, after = sides.at.before, sides.at.after
        self.sent_before = dict(
            population.sent(before).order_by().values_list("stream").annotate(n=Count("pk"))
        )
        self.room = rooms(sides.model, [(one.start, one.end) for one in (before, after)])
        self.outside = self._outside()
        self.spans = [population.span_sums_of(rows) for rows in sides.keys]
        both = FactRequest.objects.filter(
            Q(pk__in=sides.keys[0].values("pk")) | Q(pk__in=sides.keys[1].values("pk"))
        ).order_by()
        self.answers = answers_to(both.values("pk"))
        about = {"subject_kind": "request", "subject_id__in": both.values("pk")}
        decided = Decision.objects.filter(**about, state=Decision.State.DECIDED).order_by()
        self.decided = list(decided.values_list("subject_id", "reverses_id"))
        refused = ControlResult.objects.filter(**about, state="refused").order_by()
        self.refused = dict(refused.values_list("subject_id").annotate(n=Count("pk")))

    def _outside(self) -> tuple[dict[str, int], dict[str, int]]:
        """Seconds logged outside the model by team, before and after; one query."""
        days = [
            (one.start.astimezone(one.zone).date(), one.end.astimezone(one.zone).date())
            for one in (self.at.before, self.at.after)
        ]
        rows = OffModelWork.objects.filter(removed_at=None).order_by().values_list("team__key")
        (a, b), (c, d) = days
        sums = rows.annotate(
            was=Sum("seconds", filter=Q(day__gte=a, day__lt=b)),
            now=Sum("seconds", filter=Q(day__gte=c, day__lte=d)),
        )
        found = [(team, was or 0, now or 0) for team, was, now in sums]
        return {team: was for team, was, _now in found}, {team: now for team, _was, now in found}

    def of(self, key: str) -> Around:
        """One stream."""
        cases = [
            [case for case, _more in side.get(key, []) if case.finished]
            for side in (self.sides.was, self.sides.now)
        ]
        weeks, turn = self.at.weeks, self.sides.turn
        counting = counting_changed(turn, key)
        sent = self.sent_before.get(key, 0), self.sides.sent_after.get(key, 0)
        room = [sum(one.get(team, 0.0) for team in self.teams[key]) for one in self.room]
        return Around(
            volume=_pair(sent[n] / weeks[n] if weeks[n] else None for n in (0, 1)),
            season=_pair(self._days(n) for n in (0, 1)),
            room=_pair(room[n] / weeks[n] if weeks[n] else None for n in (0, 1)),
            pause=_pair(self._pause(key, n) for n in (0, 1)),
            outside=_pair(self._share_outside(key, n, cases[n]) for n in (0, 1)),
            felt=_pair(self._felt(cases[n]) for n in (0, 1)),
            reversed_=_pair(self._reversed(cases[n]) for n in (0, 1)),
            refused=_pair(self._refused(cases[n]) for n in (0, 1)),
            others=tuple(turn.between(self.at.before.start, self.at.after.end)),
            clock=counting.clock,
            promise=counting.promise,
        )

    def _days(self, n: int) -> float | None:
        """Working days in a week, by the organisation's calendar of the version."""
        one = (self.at.before, self.at.after)[n]
        if not self.at.weeks[n]:
            return None
        calendar = calendar_for(self.sides.turn.now.pk, "")
        return calendar.elapsed(one.start, one.end) / calendar.day_seconds / self.at.weeks[n]

    def _pause(self, key: str, n: int) -> float | None:
        sums = [row for row in self.spans[n] if row.stream == key]
        whole = sum(row.seconds.calendar or 0 for row in sums)
        still = sum(row.seconds.calendar or 0 for row in sums if row.state in PAUSES)
        return still / whole if whole else None

    def _share_outside(self, key: str, n: int, cases: Sequence[CaseRow]) -> float | None:
        logged = sum(self.outside[n].get(team, 0) for team in self.teams[key])
        touch = sum(case.touch_s or 0 for case in cases)
        return logged / (logged + touch) if logged + touch else None

    def _felt(self, cases: Sequence[CaseRow]) -> float | None:
        """Mean answer; none of fewer than five people."""
        found = [self.answers[case.id] for case in cases if case.id in self.answers]
        if len({person for _score, person in found}) < FEW:
            return None
        return sum(score for score, _person in found) / len(found)

    def _reversed(self, cases: Sequence[CaseRow]) -> float | None:
        ids = {case.id for case in cases}
        found = [reverses for subject, reverses in self.decided if subject in ids]
        return sum(one is not None for one in found) / len(found) if found else None

    def _refused(self, cases: Sequence[CaseRow]) -> float | None:
        return sum(self.refused.get(case.id, 0) for case in cases) / len(cases) if cases else None


def _pair(values: Iterable[float | None]) -> Pair:
    before, after = values
    return Pair(before, after)


def _teams(bp: Blueprint, stream: str) -> frozenset[str]:
    """Teams of the stages of a stream."""
    return frozenset(
        str(stage.team)
        for workflow in bp.find(kinds.Workflow).values()
        if str(workflow.value_stream) == stream
        for stage in workflow.stages
        if stage.team
    )
