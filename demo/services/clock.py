"""The demo's clock: a visitor cannot wait days for something to be late."""

from datetime import datetime, timedelta

from django.conf import settings

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed
from esm.events.services.offset import follow_clock, move_clock
from governance.selectors import versions
from workflows.selectors import calendars

MAY_NOT = "Only an administrator or a steward moves the demo's clock."


def may_move(user: User) -> bool:
    """Whether this account may move the clock, in a demo."""
    return bool(settings.DEMO and user.is_active and (user.is_admin or user.is_steward))


def forward(user: User) -> datetime:
    """Move the clock by one business day of the organisation's calendar; the moment it shows then.

    Raises NotAllowed outside a demo and for others, InvalidState before a model is published.
    """
    if not may_move(user):
        raise NotAllowed(MAY_NOT)
    version = versions.published()
    if version is None:
        raise InvalidState("There is no calendar yet: no version of the model is published.")
    follow_clock(force=True)
    calendar = calendars.calendar_in(versions.blueprint(version), "")
    now = clock.now()
    move_clock(next_day(now, calendar.add(now, calendar.day_seconds)))
    return clock.now()


def next_day(now: datetime, then: datetime) -> timedelta:
    """How far to move; whole seconds, so that moments stay readable."""
    return timedelta(seconds=max(1, round((then - now).total_seconds())))
