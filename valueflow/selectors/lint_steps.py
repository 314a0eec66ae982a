"""Stages as the checks count them: skipped, full, growing, done by hand.

The load of a stage (ρ) is λ·τ ÷ (c·availability) over the last weeks: visits that came times their
mean touch time, by the business time of the members of its team without their absences, and
without what their other stages and logged work outside the model took.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Workflow
from governance.blueprint.lint.facts import StepFlow
from governance.blueprint.paths import SILENT
from governance.selectors import versions
from valueflow.engine.queueing import load
from valueflow.models import FactVisit
from valueflow.selectors import capacity, population
from valueflow.selectors.lint_windows import FEW, LOAD_WEEKS, MONTH, RECENT

WEEK = timedelta(weeks=1)
Place = tuple[str, str]


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
    room, outside = capacity.room(bp, start, at), capacity.outside(start, at)
    found: dict[Place, Decimal] = {}
    for team, places in work.items():
        taken = sum(places.values())
        for place, seconds in places.items():
            if now[place].done < FEW:
                continue
            others, logged = taken - seconds, outside.get(team, 0)
            rho = load(seconds, room.get(team, 0), others, logged)
            if rho is not None:
                found[place] = max(found.get(place, Decimal(0)), Decimal(str(round(rho, 3))))
    return found
