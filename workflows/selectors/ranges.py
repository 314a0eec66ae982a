"""The honest range of when an open request will end, from what happened in the last 90 days.

Finished requests of the same offering that stood at the same step: how much business time was left
from there (50th to 85th percentile). Those of the same version alone once there are twenty. Only
those count that stood there at least as long as this one has; under twenty there is no range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from esm.common import clock
from governance.selectors import versions
from workflows.calendars import BusinessCalendar
from workflows.models import Request, StageVisit
from workflows.selectors import calendars

DAYS = 90
ENOUGH = 20
READ = 2000


@dataclass(frozen=True)
class Expected:
    """When it will likely end: half of those like it ended before ``low``, 85 % before ``high``.

    ``n`` are those it was read from; ``enough`` is false where there are fewer than twenty, and
    then there are no moments. ``same_version`` says whether all ran under the same version.
    """

    low: datetime | None
    high: datetime | None
    n: int
    same_version: bool
    enough: bool = True


def expected(request: Request, live: Sequence[Any]) -> Expected | None:
    """The likely end of an open request from the step it has stood at longest; None when ended."""
    visits: list[StageVisit] = [branch.visit for branch in live]
    if not request.is_open or not visits:
        return None
    visit = min(visits, key=lambda v: (v.entered_at, v.seq))
    bp = versions.blueprint(request.version_id)
    offering = bp.get("Offering", request.offering.key)
    calendar = calendars.calendar_in(bp, offering.calendar)
    now = clock.now()
    stood = calendar.elapsed(visit.entered_at, now)
    left = [row for row in _left(request, visit.stage_key, calendar, now) if row[1] >= stood]
    own = [row for row in left if row[0] == request.version_id]
    same = len(own) >= ENOUGH
    seconds = sorted(row[1] for row in (own if same else left))
    if len(seconds) < ENOUGH:
        return Expected(None, None, len(seconds), same, enough=False)
    low, high = (calendar.add(visit.entered_at, _quantile(seconds, p)) for p in (0.5, 0.85))
    return Expected(max(now, low), max(now, high), len(seconds), same)


def _left(
    request: Request, stage: str, calendar: BusinessCalendar, now: datetime
) -> list[tuple[int, int]]:
    """(version, business seconds from first reaching the step to the end); one query."""
    done = Request.objects.filter(
        offering_id=request.offering_id,
        confidential=False,
        fulfilled_at__isnull=False,
        fulfilled_at__gte=now - timedelta(days=DAYS),
    ).order_by("-fulfilled_at")
    reached = StageVisit.objects.filter(request__in=done.values("pk")[:READ], stage_key=stage)
    ended = ("request__version_id", "request__fulfilled_at")
    firsts = reached.values_list("request_id", *ended).annotate(first=Min("entered_at")).order_by()
    return [(version, calendar.elapsed(first, at)) for _pk, version, at, first in firsts]


def _quantile(seconds: Sequence[int], share: float) -> int:
    """Linear interpolation between the two nearest of an ascending list."""
    place = share * (len(seconds) - 1)
    low = int(place)
    high = min(low + 1, len(seconds) - 1)
    return round(seconds[low] + (seconds[high] - seconds[low]) * (place - low))
