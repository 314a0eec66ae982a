"""Values while an expression is evaluated: bringing them into form, comparing, computing.

Every function here is total: what cannot be compared is False, what cannot be computed is None.
"""

import operator
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from esm.common.expressions.language import MAX_DIGITS

# Traps make a result that needs more digits fail instead of being rounded: money stays exact.
_EXACT = Context(
    prec=MAX_DIGITS,
    Emax=MAX_DIGITS - 1,
    Emin=-MAX_DIGITS,
    traps=[Inexact, InvalidOperation, Overflow],
)
_REFUSED = (Inexact, InvalidOperation, Overflow)
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY = 86_400

_EQUALITY = frozenset(("==", "!="))
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = frozenset((Decimal, date, timedelta))


def normal(raw: object) -> object:
    """``raw`` as a value of the language; what the language does not know stays as it is.

    Whole and binary numbers become decimals (a float by its shortest form), a datetime its date;
    a number that is not finite or has more than 40 digits becomes None.
    """
    kind = type(raw)
    if raw is None or kind is str or kind is bool:
        return raw
    if isinstance(raw, Decimal):
        return _bounded(raw)
    if isinstance(raw, int):
        return Decimal(raw) if raw.bit_length() <= 132 else None
    if isinstance(raw, float):
        return _bounded(Decimal(repr(float(raw))))
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date) and kind is not date:
        return date(raw.year, raw.month, raw.day)
    return str(raw) if isinstance(raw, str) else raw


def _bounded(number: Decimal) -> Decimal | None:
    if not number.is_finite():
        return None
    try:
        return _EXACT.plus(number)
    except _REFUSED:
        return None


def read_number(text: str) -> Decimal | None:
    """The number a text spells (``-12.50``), or None."""
    if len(text) > 82 or not _NUMBER.fullmatch(text):
        return None
    return _bounded(Decimal(text))


def read_date(text: str) -> date | None:
    """The date a text spells (``2026-01-31``), or None."""
    if len(text) != 10 or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_present(raw: object) -> bool:
    """Whether there is a value: not null, not empty text, not an empty list."""
    if raw is None or raw == "":
        return False
    return not (isinstance(raw, list | tuple | set | frozenset) and not raw)


def compare(sign: str, a: object, b: object) -> bool:
    """``a sign b``; False when one is null or the two are of unlike kinds.

    A text that spells a number or a date is one when it meets one: stored forms hold both as text.
    """
    if a is None or b is None:
        return False
    kind = type(a)
    if kind is not type(b):
        a, b = _meet(a, b)
        kind = type(a)
        if kind is not type(b):
            return False
    elif kind is str and sign not in _EQUALITY:
        a, b = _spelled(a, b)
        kind = type(a)
    if kind in _ORDERED or (sign in _EQUALITY and (kind is str or kind is bool)):
        return _COMPARE[sign](a, b)
    return False


def _meet(a: object, b: object) -> tuple[object, object]:
    if type(a) is str:
        return _read_like(a, b), b
    if type(b) is str:
        return a, _read_like(b, a)
    return a, b


def _read_like(text: str, other: object) -> object:
    if isinstance(other, Decimal):
        return read_number(text)
    if isinstance(other, date):
        return read_date(text)
    return None


def _spelled(a: object, b: object) -> tuple[object, object]:
    """Two texts as two numbers or as two dates; (None, None) when they are neither."""
    for read in (read_number, read_date):
        left, right = read(str(a)), read(str(b))
        if left is not None and right is not None:
            return left, right
    return None, None


def contains(items: object, wanted: object) -> bool:
    """Whether ``wanted`` is among ``items``; False when ``items`` is no list."""
    if not isinstance(items, list | tuple | set | frozenset):
        return False
    return any(compare("==", wanted, normal(item)) for item in items)


def compute(sign: str, a: object, b: object) -> object:
    """``a sign b`` for + - *; None when it has no meaning or no exact result within 40 digits."""
    if a is None or b is None:
        return None
    a, b = _operands(a, b)
    try:
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            return _number(sign, a, b)
        if sign == "*":
            return _times(a, b)
        if isinstance(a, timedelta) and isinstance(b, timedelta):
            return a + b if sign == "+" else a - b
        if isinstance(a, date) and isinstance(b, date):
            return a - b if sign == "-" else None
        return _moved(sign, a, b)
    except (*_REFUSED, OverflowError):
        return None


def _operands(a: object, b: object) -> tuple[object, object]:
    if type(a) is str and type(b) is str:
        return _spelled(a, b)
    if type(a) is str:
        return (read_date(a) if isinstance(b, timedelta) else _read_like(a, b)), b
    if type(b) is str:
        return a, (read_date(b) if isinstance(a, timedelta) else _read_like(b, a))
    return a, b


def _number(sign: str, a: Decimal, b: Decimal) -> Decimal:
    if sign == "+":
        return _EXACT.add(a, b)
    if sign == "-":
        return _EXACT.subtract(a, b)
    return _EXACT.multiply(a, b)


def _times(a: object, b: object) -> timedelta | None:
    if isinstance(a, Decimal):
        a, b = b, a
    if not (isinstance(a, timedelta) and isinstance(b, Decimal)):
        return None
    seconds = _EXACT.multiply(Decimal(a.days * _DAY + a.seconds), b)
    whole = int(seconds)
    return timedelta(seconds=whole) if whole == seconds else None


def _moved(sign: str, a: object, b: object) -> date | None:
    """A date and a duration; a date moves by whole days only."""
    if sign == "+" and isinstance(a, timedelta):
        a, b = b, a
    if not (isinstance(a, date) and isinstance(b, timedelta)) or b.seconds or b.microseconds:
        return None
    return a + b if sign == "+" else a - b


def negate(a: object) -> object:
    """``-a`` for numbers and durations, None otherwise."""
    if isinstance(a, str):
        a = read_number(a)
    if isinstance(a, Decimal):
        return _EXACT.minus(a)
    if isinstance(a, timedelta):
        return compute("-", timedelta(0), a)
    return None
