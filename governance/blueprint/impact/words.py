"""What differs, in words: money, durations, bands, conditions, days and names."""

import re
from collections.abc import Iterable
from decimal import Decimal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.durations import DAY_SECONDS, format_duration
from governance.blueprint.kinds import KINDS, DecisionType

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "CNY": "CN¥"}
_OPERATORS = (
    (" == ", " is "),
    (" != ", " is not "),
    (" >= ", " is at least "),
    (" <= ", " is at most "),
    (" > ", " is above "),
    (" < ", " is below "),
    (" is present", " is given"),
    (" is absent", " is not given"),
    (" not in ", " is none of "),
    (" in ", " is one of "),
)
_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
SHORT = 160
_LONG = re.compile(r"\b\d{5,18}\b")


def condition(text: str) -> str:
    """A condition without signs: «paper is theirs or differs is yes»."""
    for sign, words in _OPERATORS:
        text = text.replace(sign, words)
    text = _LONG.sub(lambda found: f"{int(found[0]):,}", text)
    return text.replace("['", "").replace("']", "").replace("'", "").replace("_", " ").strip()


def duration(seconds: int | None) -> str:
    """«4 h», «2 working days», «no fixed time»."""
    if seconds is None:
        return "no fixed time"
    if seconds >= 2 * DAY_SECONDS and seconds % DAY_SECONDS == 0:
        return f"{seconds // DAY_SECONDS} working days"
    return format_duration(seconds)


def number(value: Decimal, kind: DecisionType) -> str:
    """An amount of a type of decision: «€2,500», «15 %», «3»."""
    whole = value == value.to_integral_value()
    digits = f"{value:,.0f}" if whole else f"{value.normalize():,f}"
    if kind.unit == "percentage":
        return f"{digits} %"
    if kind.unit != "amount" or kind.currency is None:
        return digits
    if not whole and value == round(value, 2):
        digits = f"{value:,.2f}"
    return f"{_SYMBOLS.get(kind.currency) or f'{kind.currency} '}{digits}"


def band(low: Decimal | None, high: Decimal | None, kind: DecisionType) -> str:
    """«from €500 to below €2,500», «below €500»; "" for every amount."""
    start = "" if low is None or low <= 0 else number(low, kind)
    if high is None:
        return f"from {start}" if start else ""
    end = f"below {number(high, kind)}"
    return f"from {start} to {end}" if start else end


def days(named: Iterable[str]) -> str:
    """«Monday and Thursday»; every working day where none is named."""
    return together(_DAYS[day] for day in named) or "every working day"


def together(names: Iterable[str]) -> str:
    """«A», «A and B», «A, B and C»."""
    found = list(dict.fromkeys(names))
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def name(bp: Blueprint, kind: str, key: str | None) -> str:
    """What people call an element; "" for none."""
    if not key:
        return ""
    spec = bp.peek(KINDS[kind], key)
    return key if spec is None else name_of(spec, key)


def names(bp: Blueprint, kind: str, keys: Iterable[str]) -> str:
    """What people call several of one kind."""
    return together(name(bp, kind, key) for key in keys)


def short(text: str) -> str:
    """A text as it stands in a sentence: one line, cut where it is long."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= SHORT else f"{line[: SHORT - 1].rstrip()}…"
