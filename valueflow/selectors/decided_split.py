"""What decisions waited for, one by one: recommendation, agreement, input or the decider."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from governance.models import Decision, Opinion
from valueflow.engine.deciding import WAITS, cuts, means, split
from valueflow.engine.statistics import percentile
from valueflow.engine.summary import NO_TIME, Times
from valueflow.selectors.decided_calendars import calendar_of

# Seconds by wait of one decision, in business and in calendar time.
Walked = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Split:
    """Of some decisions: the mean of each wait, and sum and quantiles from opened to decided."""

    n: int
    waits: Mapping[str, Times]
    total: Times
    p50: Times
    p85: Times


NOTHING = Split(0, dict.fromkeys(WAITS, NO_TIME), Times(0, 0), NO_TIME, NO_TIME)


def splits(timed: QuerySet[Decision]) -> dict[tuple[str, str], Split]:
    """By type and right; ``(type, "*")`` is a whole type and ``("*", "*")`` all. Two queries.

    ``timed`` are decisions that somebody took.
    """
    spoken: dict[int, dict[str, datetime]] = defaultdict(dict)
    said = Opinion.objects.filter(decision__in=timed).order_by("given_at", "pk")
    for pk, part, given in said.values_list("decision_id", "part", "given_at"):
        spoken[pk][part] = given.replace(microsecond=0)
    found: dict[tuple[str, str], list[Walked]] = defaultdict(list)
    for pk, key, right, version, team, opened, decided in timed.values_list(
        "pk", "type_key", "right_key", "version_id", "team__key", "opened_at", "decided_at"
    ):
        assert decided is not None
        # Whole seconds, so that the parts add up to the whole.
        opened, decided = opened.replace(microsecond=0), decided.replace(microsecond=0)
        points = cuts(opened, decided, spoken.get(pk, {}))
        walked = (split(points, calendar_of(version, team).elapsed), split(points, _seconds))
        for name in ((key, right), (key, "*"), ("*", "*")):
            found[name].append(walked)
    return {name: _split(rows) for name, rows in found.items()}


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def _split(rows: Sequence[Walked]) -> Split:
    business, calendar = [row[0] for row in rows], [row[1] for row in rows]
    worked, passed = [sum(row) for row in business], [sum(row) for row in calendar]
    pairs = zip(WAITS, means(calendar), means(business), strict=True)
    return Split(
        n=len(rows),
        waits={name: Times(there, at_work) for name, there, at_work in pairs},
        total=Times(sum(passed), sum(worked)),
        p50=Times(percentile(passed, 0.5), percentile(worked, 0.5)),
        p85=Times(percentile(passed, 0.85), percentile(worked, 0.85)),
    )
