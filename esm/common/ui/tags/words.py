"""Filters and tags that put values into words. An absent value is an empty text."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from esm.common.ui import amounts, durations, moments
from esm.common.ui.markdown import markdown as as_markdown
from esm.common.ui.parts import initials

register = template.Library()


def _absent(value: object) -> bool:
    return value is None or value == ""


@register.filter(name="duration")
def duration(seconds: float | None, day_s: int | None = durations.DAY_S) -> str:
    """``{{ s|duration }}`` 5 d 7 h; ``{{ s|duration:86400 }}`` in calendar days."""
    return "" if _absent(seconds) else durations.duration(seconds or 0, day_s)


@register.filter(name="hours")
def hours(seconds: float | None) -> str:
    """``{{ s|hours }}`` 24 h."""
    return "" if _absent(seconds) else durations.hours(seconds or 0)


@register.filter(name="working_days")
def working_days(seconds: float | None, day_s: int = durations.DAY_S) -> str:
    """``{{ s|working_days }}`` 8 working days."""
    return "" if _absent(seconds) else durations.working_days(seconds or 0, day_s)


@register.filter(name="left")
def left(seconds: float | None, day_s: int | None = durations.DAY_S) -> str:
    """``{{ s|left }}`` 6 h 35 left, 3 h over."""
    return "" if _absent(seconds) else durations.left(seconds or 0, day_s)


@register.filter(name="days")
def days(seconds: float | None, day_s: int = durations.DAY_S) -> str:
    """``{{ s|days }}`` 7.3."""
    return "" if _absent(seconds) else durations.days(seconds or 0, day_s)


@register.filter(name="day")
def day(at: datetime | date | None, zone: str | None = None) -> str:
    """``{{ at|day }}`` Wed 25 Nov."""
    return moments.day(at, zone) if at else ""


@register.filter(name="moment")
def moment(at: datetime | None, zone: str | None = None) -> str:
    """``{{ at|moment }}`` Wed 25 Nov, 16:00."""
    return moments.moment(at, zone) if at else ""


@register.filter(name="stamp")
def stamp(at: datetime | None, zone: str | None = None) -> str:
    """``{{ at|stamp }}`` Today 09:40."""
    return moments.stamp(at, zone) if at else ""


@register.filter(name="since")
def since(at: datetime | None, zone: str | None = None) -> str:
    """``{{ at|since }}`` 1 h 25 ago; the moment from a day on."""
    return moments.since(at, zone) if at else ""


@register.filter(name="money")
def money(value: Any, currency: str = "") -> str:
    """``{{ amount|money:"EUR" }}`` €182,400."""
    return amounts.money(value, currency or "")


@register.filter(name="number")
def number(value: Any, places: int | None = None) -> str:
    """``{{ n|number }}`` 1,962; ``{{ n|number:1 }}`` 1,962.0."""
    return "" if _absent(value) else amounts.number(value, places)


@register.filter(name="capped")
def capped(value: int | None, cap: int = amounts.CAP) -> str:
    """``{{ n|capped }}`` 412 or 1,000+."""
    return "" if value is None else amounts.capped(value, cap)


@register.filter(name="percent")
def percent(share: Any, places: int = 0) -> str:
    """``{{ share|percent:1 }}`` 93.6 %."""
    return "" if _absent(share) else amounts.percent(share, places)


@register.filter(name="initials")
def initials_of(name: str) -> str:
    """``{{ name|initials }}`` MT."""
    return initials(name or "")


@register.simple_tag
def band(low: Any, high: Any, currency: str = "") -> str:
    """``{% band low high "EUR" %}`` €100,000 to below €500,000."""
    return amounts.band(low, high, currency)


@register.simple_tag
def day_range(first: datetime | date, last: datetime | date, zone: str | None = None) -> str:
    """``{% day_range a b %}`` Wed 25 to Fri 27 Nov."""
    return moments.day_range(first, last, zone)


STYLES: dict[str, Callable[[datetime, str | None], str]] = {
    "moment": moments.moment,
    "stamp": moments.stamp,
    "since": moments.since,
    "day": moments.day,
}


@register.simple_tag
def when(at: datetime | None, style: str = "moment", zone: str | None = None) -> SafeString:
    """``{% when at "stamp" %}``: a time element whose tooltip is the full moment."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        moments.moment(at, zone),
        STYLES[style](at, zone),
    )


@register.filter(name="markdown")
def markdown(text: str) -> SafeString:
    """``{{ body|markdown }}`` headings, lists, links and code; nothing else of it is a tag."""
    return as_markdown(text)
