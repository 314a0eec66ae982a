"""Business durations as people write them ("4 h", "30 min", "8 bd") and as we store them (seconds).

One business day ("bd") is the stated day length of a calendar; files use the default of
28,800 s (8 h), because a target is written long before a calendar is chosen.
"""

import re
from decimal import Decimal

DAY_SECONDS = 28_800
MAX_SECONDS = 10**9

_UNITS = {"s": 1, "min": 60, "h": 3_600}
_FORM = re.compile(r"^\s*(\d{1,10}(?:\.\d{1,4})?)\s*(s|min|h|bd)\s*$", re.ASCII)


def parse_duration(value: object, day_seconds: int = DAY_SECONDS) -> int:
    """Seconds for "4 h", "30 min", "90 s", "8 bd" or a whole number of seconds.

    Raises ValueError with a sentence for anything else, for fractions of a second and for
    more than 10^9 seconds.
    """
    seconds: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str):
        match = _FORM.match(value)
        if match:
            unit = day_seconds if match[2] == "bd" else _UNITS[match[2]]
            exact = Decimal(match[1]) * unit
            seconds = int(exact) if exact == int(exact) else None
    if seconds is None:
        raise ValueError(f"{value!r} is no duration: write it like '30 min', '4 h' or '8 bd'")
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError("a duration is between 0 and 1,000,000,000 seconds")
    return seconds


def format_duration(seconds: int) -> str:
    """The shortest exact way to write stored seconds; `parse_duration` reads it back."""
    if seconds >= 5 * DAY_SECONDS and seconds % DAY_SECONDS == 0:
        return f"{seconds // DAY_SECONDS} bd"
    if seconds and seconds % 3_600 == 0:
        return f"{seconds // 3_600} h"
    if seconds % 60 == 0:
        return f"{seconds // 60} min"
    return f"{seconds} s"
