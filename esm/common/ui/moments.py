"""Dates and times as people say them: ``Wed 25 Nov, 16:00``, relative only under a day.

Every function takes an aware datetime; ``zone`` is an IANA name. Without a zone the reader's zone
(Django's current one) is used; with a zone that differs from it the zone's city is named.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.ui.durations import duration


def _local(at: datetime, zone: str | None) -> datetime:
    return at.astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone())


def _today(zone: str | None) -> date:
    return _local(clock.now(), zone).date()


def _city(at: datetime, zone: str | None) -> str:
    """The zone's city where its clocks differ from the reader's, otherwise nothing."""
    if zone is None or _local(at, zone).utcoffset() == _local(at, None).utcoffset():
        return ""
    return " " + zone.rpartition("/")[2].replace("_", " ")


def day(at: datetime | date, zone: str | None = None) -> str:
    """``Wed 25 Nov``; the year too unless it is this year."""
    on = _local(at, zone).date() if isinstance(at, datetime) else at
    return dateformat.format(on, "D j M" if on.year == _today(zone).year else "D j M Y")


def moment(at: datetime, zone: str | None = None) -> str:
    """``Wed 25 Nov, 16:00``."""
    local = _local(at, zone)
    return _("%(day)s, %(time)s") % {
        "day": day(local.date(), zone),
        "time": f"{local:%H:%M}{_city(at, zone)}",
    }


def stamp(at: datetime, zone: str | None = None) -> str:
    """For lists: ``Today 09:40``, ``Yesterday 16:12``, ``Fri 11:02`` this week, else the moment."""
    local = _local(at, zone)
    back = (_today(zone) - local.date()).days
    time = f"{local:%H:%M}{_city(at, zone)}"
    named = {0: _("Today %(time)s"), 1: _("Yesterday %(time)s"), -1: _("Tomorrow %(time)s")}
    if back in named:
        return named[back] % {"time": time}
    if 1 < back < 7:
        return _("%(weekday)s %(time)s") % {
            "weekday": dateformat.format(local, "D"),
            "time": time,
        }
    return moment(at, zone)


def since(at: datetime, zone: str | None = None) -> str:
    """``1 h 25 ago`` or ``in 40 min`` under a day, the moment from a day on; calendar time."""
    gap = clock.now() - at
    if abs(gap) >= timedelta(days=1):
        return moment(at, zone)
    words = {"time": duration(gap.total_seconds(), None)}
    return _("%(time)s ago") % words if gap >= timedelta(0) else _("in %(time)s") % words


def day_range(first: datetime | date, last: datetime | date, zone: str | None = None) -> str:
    """``Wed 25 to Fri 27 Nov``, ``Mon 30 Nov to Wed 2 Dec``, or one day where both are the same."""
    a = _local(first, zone).date() if isinstance(first, datetime) else first
    b = _local(last, zone).date() if isinstance(last, datetime) else last
    if a == b:
        return day(a, zone)
    same_month = (a.year, a.month) == (b.year, b.month)
    return _("%(first)s to %(last)s") % {
        "first": dateformat.format(a, "D j") if same_month else day(a, zone),
        "last": day(b, zone),
    }
