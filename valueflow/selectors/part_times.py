"""How long each part of a decision takes: from opened to the last word of a part, to decided.

Latency by part: waiting for recommendation, agreement and input beside the whole. Business seconds
of the team's calendar; only decisions on which somebody spoke in the part are counted.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance.models import Decision, Opinion
from governance.models.opinions import Part
from valueflow.engine.statistics import percentile
from valueflow.selectors.decided_calendars import calendar_of

NAMES = {
    Part.RECOMMEND: _("Recommendation"),
    Part.AGREE: _("Agreement"),
    Part.INPUT: _("Input"),
}


@dataclass(frozen=True, slots=True)
class PartTime:
    """Of one part: on how many decisions somebody spoke, and how long that took."""

    part: str
    name: str
    n: int
    p50_s: float | None = None
    p85_s: float | None = None
    hidden: bool = False


def part_times(rows: QuerySet[Decision], shows: Callable[[str], bool]) -> list[PartTime]:
    """Each part in which somebody spoke; ``shows`` says which may be seen. One query."""
    last: dict[tuple[str, int], tuple[int, str | None, datetime, datetime]] = {}
    spoken = Opinion.objects.filter(decision__in=rows).order_by("given_at", "pk")
    for part, pk, version, team, opened, given in spoken.values_list(
        "part",
        "decision_id",
        "decision__version_id",
        "decision__team__key",
        "decision__opened_at",
        "given_at",
    ):
        last[part, pk] = (version, team, opened, given)
    times: dict[str, list[int]] = defaultdict(list)
    for (part, _pk), (of, whose, opened, given) in last.items():
        times[part].append(calendar_of(of, whose).elapsed(opened, given))
    found = []
    for part, name in NAMES.items():
        taken = times.get(part, [])
        if not taken:
            continue
        hidden = not shows(part)
        p50 = None if hidden else percentile(taken, 0.5)
        p85 = None if hidden else percentile(taken, 0.85)
        found.append(PartTime(part, str(name), len(taken), p50, p85, hidden))
    return found
