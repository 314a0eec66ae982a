"""The business time in which decisions are measured."""

from typing import Any

from governance.selectors import versions
from workflows.selectors import calendars


def calendar_of(version_id: int, team: str | None) -> Any:
    """The calendar of a decision's team in the version it ran on."""
    bp = versions.blueprint(version_id)
    return calendars.calendar_in(bp, calendars.team_calendar_key(bp, team) if team else "")
