"""Half-open periods [from, to) of dated rows, with the refusals people read."""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from esm.common.errors import Invalid, InvalidState
from esm.events.types import moment_text

Period = DateTimeTZRange


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


def bounds(valid: Period) -> dict[str, str | None]:
    """The bounds as events hold them."""
    return {
        "valid_from": moment_text(valid.lower) if valid.lower else None,
        "valid_until": moment_text(valid.upper) if valid.upper else None,
    }
