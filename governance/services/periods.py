"""Half-open periods [from, to) of dated rows, with the refusals people read."""

from datetime import datetime
from typing import Any, TypeAlias

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.types import moment_text

# psycopg 2 and 3 name the class differently and neither types it.
Period: TypeAlias = Any


def period(since: datetime | None, until: datetime | None) -> Period:
    """From ``since`` until, not including, ``until``; None is open. Raises Invalid when empty."""
    if since is not None and until is not None and until <= since:
        raise Invalid("The end comes after the beginning.", {"until": ["Choose a later moment."]})
    return DateTimeTZRange(since, until, "[)")


def ended(valid: Period, at: datetime, over: str) -> Period:
    """The period with its end at ``at``.

    Raises InvalidState with the sentence ``over`` when it ended before, and Invalid when it begins
    later.
    """
    if valid.upper is not None and valid.upper <= at:
        raise InvalidState(over, allowed=[])
    if valid.lower is not None and at <= valid.lower:
        raise Invalid("It begins after that moment.", {"at": ["Choose a later moment."]})
    return DateTimeTZRange(valid.lower, at, "[)")


def end_row(row: Any, at: datetime, over: str) -> datetime:
    """End a dated row at ``at`` and return when it ended.

    One that lies wholly ahead and is ended before it begins is taken back: it has no history but
    its events. Raises as ``ended`` does.
    """
    begin: datetime | None = row.valid.lower
    if begin is not None and begin > clock.now() and at <= begin:
        row.delete()
        return begin
    row.valid = ended(row.valid, at, over)
    row.save(update_fields=["valid"])
    return at


def begins(valid: Period) -> str | None:
    """The beginning as events hold it."""
    return moment_text(valid.lower) if valid.lower else None


def ends(valid: Period) -> str | None:
    """The end, not included, as events hold it."""
    return moment_text(valid.upper) if valid.upper else None


def same(one: Period, other: Period) -> bool:
    """Equal bounds; the database writes open ends in its own way."""
    return (one.lower, one.upper) == (other.lower, other.upper)
