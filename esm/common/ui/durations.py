"""Words for spans of time given in seconds.

A *day* is as long as its calendar says (``day_s`` seconds, 8 hours by default); with ``day_s=None``
hours are never folded into days. Seconds are dropped: nobody works by them.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAY_S = 28_800


def duration(seconds: float, day_s: int | None = DAY_S) -> str:
    """``6 h 35``, ``5 d 7 h``, ``40 min``; the sign is dropped."""
    whole = int(abs(seconds))
    days, rest = divmod(whole, day_s) if day_s else (0, whole)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days >= 10 or (days and not hours):
        return _("%(days)s d") % {"days": f"{days:,}"}
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours and minutes:
        return _("%(hours)s h %(minutes)02d") % {"hours": f"{hours:,}", "minutes": minutes}
    if hours:
        return _("%(hours)s h") % {"hours": f"{hours:,}"}
    if whole and not minutes:
        return _("under 1 min")
    return _("%(minutes)d min") % {"minutes": minutes}


def hours(seconds: float) -> str:
    """``24 h``, ``1 h 30``: hours however many."""
    return duration(seconds, None)


def working_days(seconds: float, day_s: int = DAY_S) -> str:
    """``8 working days`` where the span is whole days, otherwise the plain duration."""
    days, rest = divmod(int(seconds), day_s)
    if rest or not days:
        return duration(seconds, day_s)
    return ngettext("%(days)d working day", "%(days)d working days", days) % {"days": days}


def left(seconds: float, day_s: int | None = DAY_S) -> str:
    """``6 h 35 left`` or, below zero, ``3 h over``."""
    words = {"time": duration(seconds, day_s)}
    return _("%(time)s over") % words if seconds < 0 else _("%(time)s left") % words


def days(seconds: float, day_s: int = DAY_S) -> str:
    """Days with one decimal, for figures: ``7.3``."""
    return f"{seconds / day_s:,.1f}"
