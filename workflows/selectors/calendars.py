"""Calendars as they are now: the weekly pattern of a version plus the exceptions in force."""

import time
from datetime import date, timedelta

from governance.blueprint.blueprint import Blueprint
from governance.models import CalendarException
from governance.selectors import versions
from workflows.calendars import BusinessCalendar, build

# Exceptions change rarely and are read at every step; a few seconds of age are allowed.
_AGE_S = 5.0
MAX_AGE = timedelta(seconds=_AGE_S + 1)
_exceptions: dict[str, tuple[float, list[tuple[date, list[str]]]]] = {}


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
    spec = blueprint.get("Calendar", key)
    return build(spec.model_dump(mode="json"), exceptions_of(key))


def calendar_for(version_id: int, key: str) -> BusinessCalendar:
    """A calendar under a version by its primary key."""
    return calendar_in(versions.blueprint(version_id), key)


def default_key(blueprint: Blueprint) -> str:
    """The organisation's default calendar."""
    return str(blueprint.organisation().default_calendar)


def team_calendar_key(blueprint: Blueprint, team_key: str) -> str:
    """The calendar a team works by: its own, its site's, else the organisation's."""
    return blueprint.team_calendar(team_key) or default_key(blueprint)
