"""Words and states of figures in templates; display only."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.amounts import number
from esm.common.ui.durations import duration
from esm.common.ui.tags.chips import state
from valueflow.engine.summary import Times

register = template.Library()
CALENDAR_DAY_S = 86_400


@register.simple_tag
def span_text(times: Times | None, basis: str, day_s: int) -> str:
    """A duration in days and hours of its kind; a dash where it is not known."""
    seconds = times.of(basis) if times else None
    if seconds is None:
        return "–"
    return duration(seconds, CALENDAR_DAY_S if basis == "calendar" else day_s)


@register.simple_tag
def counted(unit: str, n: int) -> str:
    """``12 handoffs``: how many of what."""
    words = {
        "handoffs": ngettext("%(n)s handoff", "%(n)s handoffs", n),
        "cases": ngettext("%(n)s case", "%(n)s cases", n),
        "visits": ngettext("%(n)s visit of a step", "%(n)s visits of steps", n),
        "decisions": ngettext("%(n)s decision", "%(n)s decisions", n),
        "people": ngettext("%(n)s person", "%(n)s people", n),
        "answers": ngettext("%(n)s answer", "%(n)s answers", n),
        "requests": ngettext("%(n)s request", "%(n)s requests", n),
    }
    return words.get(unit, f"%(n)s {unit}") % {"n": number(n)}


@register.simple_tag
def promise_state(promise: str) -> SafeString | str:
    """How a promise ended, or that it is still open."""
    words = {
        "met": ("ok", _("kept")),
        "missed": ("late", _("missed")),
        "running": ("done", _("still open")),
        "paused": ("stop", _("stands still")),
    }
    if promise not in words:
        return ""
    kind, word = words[promise]
    return state(kind, word)


@register.simple_tag
def outcome_state(outcome: str) -> SafeString | str:
    """How a request ended."""
    words = {
        "fulfilled": ("done", _("fulfilled")),
        "withdrawn": ("withdrawn", _("withdrawn")),
        "declined": ("declined", _("declined")),
        "cancelled": ("withdrawn", _("cancelled")),
    }
    if outcome not in words:
        return ""
    kind, word = words[outcome]
    return state(kind, word)
