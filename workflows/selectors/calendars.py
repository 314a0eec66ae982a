"""Calendars as they are now: the weekly pattern of a version plus the exceptions in force.

And as they were: what counted a span of a clock is kept under the hash of its content.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from governance.blueprint.blueprint import Blueprint
from governance.models import CalendarException
from governance.selectors import versions
from workflows.calendars import BusinessCalendar, build
from workflows.models import CalendarContent

# Exceptions change rarely and are read at every step; a few seconds of age are allowed.
_AGE_S = 5.0
MAX_AGE = timedelta(seconds=_AGE_S + 1)
_exceptions: dict[str, tuple[float, list[tuple[date, list[str]]]]] = {}
# By the parsed element it was built from, as long as the same exceptions are in force.
_as_they_are: dict[tuple[str, int], tuple[object, object, BusinessCalendar]] = {}
_MOST = 256
# A content never changes under its hash, and there are as many as calendars changed.
_as_they_were: dict[str, BusinessCalendar] = {}


def forget() -> None:
    """Drop what was read; call after calendar exceptions changed in this process."""
    _exceptions.clear()


def exceptions_of(key: str) -> list[tuple[date, list[str]]]:
    """The dated exceptions of a calendar, oldest first."""
    found = _exceptions.get(key)
    if found is None or time.monotonic() - found[0] > _AGE_S:
        rows = CalendarException.objects.filter(calendar_key=key).values_list("day", "intervals")
        found = (time.monotonic(), list(rows))
        _exceptions[key] = found
    return found[1]


def calendar_in(blueprint: Blueprint, key: str) -> BusinessCalendar:
    """A calendar of a blueprint with the exceptions in force; an empty key is the default one."""
    key = key or default_key(blueprint)
    spec, exceptions = blueprint.get("Calendar", key), exceptions_of(key)
    known = _as_they_are.get((key, id(spec)))
    if known is None or known[0] is not spec or known[1] is not exceptions:
        if len(_as_they_are) >= _MOST:
            _as_they_are.clear()
        known = (spec, exceptions, build(spec.model_dump(mode="json"), exceptions))
        _as_they_are[key, id(spec)] = known
    return known[2]


def counting(blueprint: Blueprint, key: str, by: str) -> BusinessCalendar:
    """The calendar that counts an open span: as it was when the span began (its hash ``by``).

    As it is now for spans that were begun before this was kept.
    """
    now = calendar_in(blueprint, key)
    return now if by in ("", now.content_hash) else as_they_were([by]).get(by, now)


def as_they_were(hashes: Iterable[str]) -> dict[str, BusinessCalendar]:
    """Calendars by the hash of their content; a query for those not seen before."""
    wanted = {one for one in hashes if one}
    missing = wanted - _as_they_were.keys()
    if missing:
        for row in CalendarContent.objects.filter(content_hash__in=missing):
            _as_they_were[row.content_hash] = BusinessCalendar.of_content(row.content)
    return {one: _as_they_were[one] for one in wanted if one in _as_they_were}


def to_keep(hashes: Iterable[str]) -> list[tuple[str, str]]:
    """Hash and content, as JSON, of the calendars that this process has built."""
    found = [(one, _as_they_were.get(one)) for one in sorted(set(hashes))]
    return [(one, calendar.content_text) for one, calendar in found if calendar is not None]


def remember(calendar: BusinessCalendar) -> str:
    """The hash under which a calendar that begins to count is kept with its clock."""
    return _as_they_were.setdefault(calendar.content_hash, calendar).content_hash


def calendar_for(version_id: int, key: str) -> BusinessCalendar:
    """A calendar under a version by its primary key."""
    return calendar_in(versions.blueprint(version_id), key)


def calendar_of(version_ids: Sequence[int], key: str) -> BusinessCalendar:
    """A calendar under the first of these versions that has it. Raises UnknownElement."""
    known = (pk for pk in version_ids if not key or key in versions.blueprint(pk).keys("Calendar"))
    return calendar_for(next(known, version_ids[0]), key)


def default_key(blueprint: Blueprint) -> str:
    """The organisation's default calendar."""
    return str(blueprint.organisation().default_calendar)


def team_calendar_key(blueprint: Blueprint, team_key: str) -> str:
    """The calendar a team works by: its own, its site's, else the organisation's."""
    return blueprint.team_calendar(team_key) or default_key(blueprint)
