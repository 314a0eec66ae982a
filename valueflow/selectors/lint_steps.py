"""Stages as the checks count them: skipped, full, growing, done by hand.

The load of a stage (ρ) is λ·τ ÷ (c·availability) over the last weeks: visits that came times their
mean touch time, by the business time of the members of its team without their absences, and
without what their other stages and logged work outside the model took.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Team, Workflow
from governance.blueprint.lint.facts import StepFlow
from governance.blueprint.paths import SILENT
from governance.models import Absence, Membership
from governance.selectors import versions
from valueflow.models import FactVisit
from valueflow.selectors import population
from valueflow.selectors.lint_windows import FEW, LOAD_WEEKS, MONTH, RECENT
from workflows.models import OffModelWork
from workflows.selectors import calendars

WEEK = timedelta(weeks=1)
Place = tuple[str, str]
Window = tuple[datetime, datetime]


def step_flows(bp: Blueprint, at: datetime) -> tuple[StepFlow, ...]:
    """Of every stage that work came to or passed lately; six queries."""
    entered, passed = _passed(at)
    now = _visited(at)
    loads = _loads(bp, now, at)
    return tuple(
        StepFlow(
            workflow=place[0],
            stage=place[1],
            entered=entered[place],
            skipped=passed[place] - entered[place],
            load=loads.get(place),
            queue=now[place].queue if place in now else (),
            by_hand_month=now[place].month if place in now else 0,
            stake=now[place].waited if place in now else None,
        )
        for place in sorted(passed.keys() | now.keys())
    )


def _passed(at: datetime) -> tuple[Counter[Place], Counter[Place]]:
    """By stage, cases that entered it and all that could have: what was fulfilled lately."""
    done = population.general().filter(
        outcome="fulfilled", fulfilled_at__gte=at - RECENT, fulfilled_at__lt=at
    )
    columns = ("request__version_id", "workflow")
    cases = done.order_by().values_list(*columns).annotate(n=Count("pk"))
    passed: Counter[Place] = Counter()
    for version, key, n in cases:
        workflow = versions.blueprint(version).peek(Workflow, key)
        for stage in workflow.stages if workflow is not None else ():
            if stage.kind not in SILENT:
                passed[key, stage.key] += n
    visits = FactVisit.objects.filter(fact__in=done.order_by()).order_by()
    counted = visits.values_list("fact__workflow", "stage").annotate(n=Count("fact", distinct=True))
    return Counter({(key, stage): n for key, stage, n in counted}), passed


class _Visits:
    """What came to one stage lately."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.done = self.touch_s = self.month = 0
        self.waited: Decimal | None = None
        self.queue: tuple[int, ...] = ()

    @property
    def mean_s(self) -> float:
        """Mean touch time (τ), rework included."""
        return self.touch_s / self.done if self.done else 0


def _visited(at: datetime) -> dict[Place, _Visits]:
    """Visits of the last weeks by stage, and what lay there at the end of each; one query."""
    start = at - LOAD_WEEKS * WEEK
    ends = [at - weeks * WEEK for weeks in range(LOAD_WEEKS, -1, -1)]
    recent, ended = Q(entered_at__gte=start), Q(outcome="done", ended_at__gte=start)
    lay = {
        f"lay{n}": Count(
            "pk", filter=Q(entered_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gte=end))
        )
        for n, end in enumerate(ends)
    }
    waited = (Cast("stay_bus_s", FloatField()) - F("touch_s")) / F("fact__day_s")
    rows = FactVisit.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=start) | Q(entered_at__gte=at - MONTH),
        fact__confidential=False,
        entered_at__lt=at,
    ).order_by()
    counted = rows.values_list("fact__workflow", "stage", "team").annotate(
        came=Count("pk", filter=recent),
        done=Count("pk", filter=ended),
        touch=Sum("touch_s", filter=ended),
        month=Count("pk", filter=Q(entered_at__gte=at - MONTH)),
        waited=Sum(waited, filter=ended & Q(stay_bus_s__gt=F("touch_s"))),
        **lay,
    )
    found: dict[Place, _Visits] = defaultdict(_Visits)
    for key, stage, team, came, done, touch, month, days, *queue in counted:
        one = found[key, stage]
        one.came[team] += came
        one.done += done
        one.touch_s += touch or 0
        one.month += month
        one.waited = (one.waited or Decimal(0)) + Decimal(str(round(days or 0, 2)))
        before = one.queue or (0,) * len(queue)
        one.queue = tuple(a + b for a, b in zip(before, queue, strict=True))
    return dict(found)


def _loads(bp: Blueprint, now: Mapping[Place, _Visits], at: datetime) -> dict[Place, Decimal]:
    """ρ of each stage of which enough was done to know how long it takes."""
    start = at - LOAD_WEEKS * WEEK
    work: dict[str, dict[Place, float]] = defaultdict(dict)
    for place, one in now.items():
        for team, came in one.came.items():
            work[team][place] = came * one.mean_s
    room, outside = _room(bp, start, at), _outside(start, at)
    found: dict[Place, Decimal] = {}
    for team, places in work.items():
        whole, taken = room.get(team, 0), sum(places.values())
        for place, seconds in places.items():
            if whole <= 0 or now[place].done < FEW:
                continue
            left = whole - outside.get(team, 0) - (taken - seconds)
            # Where the rest alone is too much, it is the team that is full.
            load = seconds / left if left > 0 else max(1.0, taken / whole)
            found[place] = max(found.get(place, Decimal(0)), Decimal(str(round(load, 3))))
    return found


def _room(bp: Blueprint, start: datetime, at: datetime) -> dict[str, float]:
    """Business seconds that the members of each team were there for it; two queries."""
    return rooms(bp, [(start, at)])[0]


def rooms(bp: Blueprint, windows: Sequence[Window]) -> list[dict[str, float]]:
    """The same for several stretches of time at once; two queries.

    Who is in several teams is there for each a part of the time.
    """
    if not windows:
        return []
    start, at = min(one for one, _ in windows), max(one for _, one in windows)
    rows = Membership.objects.filter(
        valid__overlap=(start, at), person__active=True, team__key__in=bp.keys(Team.__name__)
    )
    members = list(rows.order_by("pk").values_list("team__key", "person_id", "valid"))
    away: dict[int, list[Window]] = defaultdict(list)
    people = {person for _team, person, _valid in members}
    gone = Absence.objects.filter(person__in=people, valid__overlap=(start, at)).order_by("pk")
    for person, valid in gone.values_list("person_id", "valid"):
        away[person].append(_within(valid, start, at))
    return [_there(bp, members, away, window) for window in windows]


def _there(
    bp: Blueprint,
    members: Sequence[tuple[str, int, object]],
    away: Mapping[int, Sequence[Window]],
    window: Window,
) -> dict[str, float]:
    """Seconds by team in one stretch of time."""
    cut = [(team, person, *_within(valid, *window)) for team, person, valid in members]
    here = [row for row in cut if row[2] < row[3]]
    teams = Counter(person for _team, person, _from, _to in here)
    found: dict[str, float] = defaultdict(float)
    for team, person, since, until in here:
        calendar = calendars.calendar_in(bp, calendars.team_calendar_key(bp, team))
        there = calendar.elapsed(since, until)
        for left, back in away.get(person, ()):
            left, back = max(left, since), min(back, until)
            there -= calendar.elapsed(left, back) if left < back else 0
        found[team] += max(0, there) / teams[person]
    return found


def _within(valid: object, start: datetime, at: datetime) -> Window:
    lower, upper = getattr(valid, "lower", None), getattr(valid, "upper", None)
    return max(lower or start, start), min(upper or at, at)


def _outside(start: datetime, at: datetime) -> dict[str, int]:
    """Seconds logged outside the model by team."""
    rows = OffModelWork.objects.filter(
        removed_at=None, day__gt=start.date(), day__lte=at.date()
    ).order_by()
    return dict(rows.values_list("team__key").annotate(s=Sum("seconds")))
