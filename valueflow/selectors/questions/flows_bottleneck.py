"""What the bottleneck is now (Q6): how full each step is, and whether its queue grows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine import figures
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.figures import midnight
from valueflow.engine.queueing import gain, load, slope
from valueflow.engine.summary import FEW, NO_TIME, Times
from valueflow.models import FactVisit
from valueflow.selectors import capacity, populations
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool, week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent
from workflows.selectors.calendars import calendar_in, team_calendar_key

FULL = 0.85
# Below this a step is no bottleneck, whatever its queue does.
SPACIOUS = 0.5
Place = tuple[str, str]


@dataclass(slots=True)
class Step:
    """What came to one step and what was done there; ``queue`` is what lay at each week's end."""

    place: Place
    stay: Times
    queue: tuple[int, ...]
    shown: int = 0
    cases: int = 0
    done: int = 0
    touch_s: int = 0
    came: dict[str, int] = field(default_factory=dict)
    load: float | None = None
    people: float = 0

    def add(
        self,
        team: str,
        came: int,
        shown: int,
        cases: int,
        done: int,
        touch_s: int,
        queue: Sequence[int],
    ) -> None:
        """What came to one team; requests that came to two are not counted twice."""
        self.came[team] = came
        self.shown, self.cases = self.shown + shown, max(self.cases, cases)
        self.done, self.touch_s = self.done + done, self.touch_s + touch_s
        self.queue = tuple(a + b for a, b in zip(self.queue, queue, strict=True))

    @property
    def tau(self) -> float:
        """Mean touch time of a visit, rework included, in seconds."""
        return self.touch_s / self.done if self.done else 0

    @property
    def slope(self) -> float | None:
        """By how many the queue grew a week."""
        return slope(self.queue)

    @property
    def team(self) -> str:
        """The team that most of it came to."""
        return min(self.came, key=lambda team: (-self.came[team], team), default="")


def bottleneck(scope: FlowScope, user: User) -> Answer:
    """Q6: the fullest step whose queue grows."""
    pool = Pool(scope, user)
    weeks = figures.whole_weeks(scope.start, scope.at, scope.zone)
    steps = [step for step in _steps(pool, weeks) if step.shown]
    steps.sort(key=_fullest)
    first = next((s for s in steps if _grows(s)), None)
    if first is not None:
        steps = [first, *(step for step in steps if step is not first)]
    return Answer(
        sentence=_says(pool, steps, first),
        n=sum(step.shown for step in steps),
        unit="visits",
        population=_("Visits of steps that began in the period"),
        calendar=_("Working time of each team; the stay on the service's own calendar"),
        tables=(
            Table(
                _("How full each step is"),
                _columns(),
                tuple(_row(pool, step, step is first) for step in steps),
                Chart("bars", value="load"),
            ),
            Table(
                _("What lay at the fullest step, by week"),
                (
                    Column(
                        "open",
                        _("Open visits"),
                        "count",
                        _("Offered, queued or worked on there at the end of the week."),
                    ),
                ),
                tuple(_queue_rows(steps[0], weeks)) if steps else (),
                Chart("line", value="open"),
            ),
        ),
        marks=pool.marks,
        notes=(
            _("The load counts all that came to a team, whatever is filtered."),
            _(
                "What one more would save is Sakasegawa's formula with arrivals and work that vary "
                "as by chance; a step that is full has no such figure."
            ),
        ),
        day_s=pool.day_s,
    )


def _filters(scope: FlowScope) -> Q:
    """Visits under the filters of a scope."""
    found = Q()
    for name in ("stream", "service", "version"):
        if getattr(scope, name):
            found &= Q(**{f"fact__{name}": getattr(scope, name)})
    if scope.department:
        found &= Q(fact__departments__contains=[scope.department])
    return found


def _steps(pool: Pool, weeks: Sequence[date]) -> list[Step]:
    """Every step that work came to in the period or that was done there; seven queries."""
    scope, mine = pool.scope, _filters(pool.scope)
    began = Q(entered_at__gte=scope.start, entered_at__lt=scope.at)
    ended = Q(outcome="done", ended_at__gte=scope.start, ended_at__lt=scope.at)
    rows = FactVisit.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=scope.start),
        fact__confidential=False,
        entered_at__lt=scope.at,
    ).order_by()
    lay = {
        f"lay{n}": Count("pk", filter=populations.open_at(_close(week, scope)) & mine)
        for n, week in enumerate(weeks)
    }
    counted = rows.values_list("fact__stream", "stage", "team").annotate(
        came=Count("pk", filter=began),
        shown=Count("pk", filter=began & mine),
        cases=Count("fact", filter=began & mine, distinct=True),
        done=Count("pk", filter=ended),
        touch=Sum("touch_s", filter=ended),
        **lay,
    )
    stays = pool.source.steps()
    found: dict[Place, Step] = {}
    for stream, stage, team, came, shown, cases, done, touch, *queue in counted:
        place = (stream, stage)
        if pool.kind(stream, stage) not in ("", "work", "decision"):
            continue
        if place not in found:
            held = stays[place].stay.quantile(0.5) if place in stays else NO_TIME
            found[place] = Step(place, held, (0,) * len(queue))
        found[place].add(team, came, shown, cases, done, touch or 0, queue)
    _fill(pool, found)
    return list(found.values())


def _close(week: date, scope: FlowScope) -> datetime:
    return midnight(week + timedelta(days=7), scope.zone)


def _fill(pool: Pool, steps: Mapping[Place, Step]) -> None:
    """Load and people of each step of which enough was done to know how long it takes."""
    bp, scope = pool.bp, pool.scope
    if bp is None:
        return
    room = capacity.room(bp, scope.start, scope.at)
    outside = capacity.outside(scope.start, scope.at)
    work: dict[str, dict[Place, float]] = defaultdict(dict)
    for place, step in steps.items():
        for team, n in step.came.items():
            work[team][place] = n * step.tau
    for team, places in work.items():
        taken = sum(places.values())
        for place, seconds in places.items():
            step = steps[place]
            rho = load(seconds, room.get(team, 0), taken - seconds, outside.get(team, 0))
            if step.done >= FEW and rho is not None:
                step.load = max(step.load or 0, rho)
    for step in steps.values():
        if step.team in room:
            calendar = calendar_in(bp, team_calendar_key(bp, step.team))
            step.people = room[step.team] / max(1, calendar.elapsed(scope.start, scope.at))


def _fullest(step: Step) -> tuple[float, Place]:
    return -(step.load if step.load is not None else -1), step.place


def _grows(step: Step) -> bool:
    return step.load is not None and step.cases >= FEW and (step.slope or 0) > 0


def _columns() -> tuple[Column, ...]:
    return (
        Column("stream", _("Stream"), "text"),
        Column("n", _("Visits"), "count", _("Visits that began in the period.")),
        Column("arrivals", _("A day"), "number", _("Visits of everyone ÷ working days.")),
        Column("touch", _("Work each"), "duration", _("Mean touch time of a visit done.")),
        Column("people", _("People"), "number", _("Members of the team less their absences.")),
        Column(
            "load",
            _("Load"),
            "share",
            _(
                "Visits × work each ÷ (time of the people − their other steps − work logged outside"
                " the model)."
            ),
        ),
        Column("slope", _("Queue grows by"), "number", _("Open visits a week, least squares.")),
        Column(
            "stay",
            _("Half left within"),
            "duration",
            _("Median stay of the visits of the finished."),
        ),
        Column("gain", _("One more saves"), "duration", _("Mean wait saved, by Sakasegawa.")),
    )


def _row(pool: Pool, step: Step, first: bool) -> Row:
    stream, stage = step.place
    key, name = f"{stream}/{stage}", pool.names.stage(stream, stage)
    said = Cell(pool.names.stream(stream))
    if 0 < step.cases < FEW:
        hidden = dict.fromkeys((column.key for column in _columns()), HIDDEN)
        return Row(key, name, hidden | {"stream": said})
    known = step.done >= FEW
    saved = None
    if step.load is not None:
        saved = gain(step.load, step.tau, max(1, round(step.people)))
    cells = {
        "stream": said,
        "n": Cell(step.shown, "visits", {"stream": stream, "stage": stage}),
        "arrivals": Cell(sum(step.came.values()) / pool.days if pool.days else None),
        "touch": Cell(Times(step.tau, step.tau)) if known else HIDDEN,
        "people": Cell(step.people),
        "load": Cell(step.load) if known else HIDDEN,
        "slope": Cell(step.slope),
        "stay": Cell(step.stay) if known else HIDDEN,
        "gain": Cell(Times(None, saved) if saved is not None else None),
    }
    warn = "warn" if (step.load or 0) >= FULL else ""
    return Row(key, name, cells, "risk" if first else warn)


def _queue_rows(step: Step, weeks: Sequence[date]) -> list[Row]:
    stream, stage = step.place
    return [
        Row(
            week.isoformat(),
            week_name(week),
            {
                "open": Cell(
                    n,
                    "open-visits",
                    {"stream": stream, "stage": stage, "week": week.isoformat()},
                )
            },
        )
        for week, n in zip(weeks, step.queue, strict=True)
    ]


def _says(pool: Pool, steps: Sequence[Step], first: Step | None) -> str:
    known = [step for step in steps if step.load is not None and step.cases >= FEW]
    if not known:
        return _("Too little was done at any step to say how full it is.")
    step = first or known[0]
    stream, stage = step.place
    values = {
        "stage": pool.names.stage(stream, stage),
        "stream": pool.names.stream(stream),
        "load": percent(step.load or 0),
        "slope": f"{step.slope or 0:.1f}",
    }
    if first is None:
        return (
            _(
                "No queue grows where work was done often enough to tell; the fullest step is "
                "%(stage)s in %(stream)s, whose work takes %(load)s of the time of its people."
            )
            % values
        )
    if (first.load or 0) < SPACIOUS:
        return (
            _(
                "No step is near full; the fullest whose queue grows is %(stage)s in %(stream)s, "
                "whose work takes %(load)s of the time of its people."
            )
            % values
        )
    return (
        _(
            "The bottleneck is %(stage)s in %(stream)s: its work takes %(load)s of the time of its "
            "people, and its queue grows by %(slope)s a week."
        )
        % values
    )
