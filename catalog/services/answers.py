"""Reads what somebody typed into a field: text in, typed and storable value out.

Money and numbers are stored as decimal text, dates as ISO text, so that nothing is lost on the
way to JSON and back. Each reader raises BadAnswer with a sentence the person can act on.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from governance.blueprint.kinds.services import FormField

MAX_TEXT = 300
MAX_LONG_TEXT = 10_000
MAX_MONEY = Decimal(10) ** 15
MAX_NUMBER = Decimal(10) ** 18
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
DATE_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%a %d %b %Y")
YES = frozenset({"on", "true", "yes", "1"})
NO = frozenset({"off", "false", "no", "0"})
_GROUPED = re.compile(r"^\d{1,3}([,. '’])\d{3}(\1\d{3})*$")
_PLAIN = re.compile(r"^\d+$")
_SPACES = re.compile(r"[\u00a0\u2009\u202f\s]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class BadAnswer(ValueError):
    """The text cannot be used; the message is a sentence for the person who wrote it."""


def is_blank(raw: object) -> bool:
    """Nothing was written or chosen."""
    if raw is None:
        return True
    if isinstance(raw, str):
        return not raw.strip()
    return isinstance(raw, list | tuple) and all(is_blank(item) for item in raw)


def _single(raw: object) -> str:
    """One text of what came in; of several the last, as browsers send hidden twins."""
    if isinstance(raw, list | tuple):
        raw = raw[-1] if raw else ""
    return raw if isinstance(raw, str) else str(raw)


def _split_decimals(digits: str, places: int) -> tuple[str, str]:
    """Whole and fractional digits of a text of digits and separators; ("", "") when unreadable.

    The last separator is the decimal one when both kinds occur, or when what follows it cannot be
    a group of thousands: "200,000.00", "200.000,00", "200 000", "1234,5" are all read.
    """
    for mark in (".", ","):
        whole, found, fraction = digits.rpartition(mark)
        other = "," if mark == "." else "."
        if not found or other in fraction or " " in fraction:
            continue
        if not _PLAIN.match(fraction) or len(fraction) > places:
            continue
        if mark == "," and len(fraction) == 3 and other not in whole:
            continue
        if _PLAIN.match(whole) or (_GROUPED.match(whole) and mark not in whole):
            return re.sub(r"\D", "", whole), fraction
    if _PLAIN.match(digits):
        return digits, ""
    if _GROUPED.match(digits) and not digits.startswith("0"):
        return re.sub(r"\D", "", digits), ""
    return "", ""


def _decimal(text: str, places: int) -> Decimal | None:
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    sign = ""
    if text[:1] in {"-", "−", "+"}:
        sign = "" if text[0] == "+" else "-"
        text = text[1:].strip()
    whole, fraction = _split_decimals(text, places)
    if not whole:
        return None
    return Decimal(f"{sign}{whole}.{fraction or '0'}")


def _without_currency(text: str, currency: str) -> str:
    text = text.strip()
    for symbol, code in SYMBOLS.items():
        if symbol in text:
            if currency and code != currency:
                raise BadAnswer(f"Give the amount in {currency}.")
            text = text.replace(symbol, "").strip()
    found = re.match(r"^([A-Za-z]{3})\b(.*)$|^(.*?)\s*\b([A-Za-z]{3})$", text)
    if found and any(character.isdigit() for character in text):
        code = (found[1] or found[4]).upper()
        if currency and code != currency:
            raise BadAnswer(f"Give the amount in {currency}, not in {code}.")
        text = (found[2] if found[1] else found[3]).strip()
    return text


def read_money(raw: object, field: FormField, currency: str = "") -> str:
    """Decimal text with two places, zero or more."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", _single(raw)))
    value = _decimal(_without_currency(text, currency), 2)
    if value is None:
        raise BadAnswer("Write an amount in digits, such as 200,000.00.")
    if value < 0:
        raise BadAnswer("An amount is zero or more.")
    if value >= MAX_MONEY:
        raise BadAnswer("This amount is too large.")
    return format(value.quantize(Decimal("0.01")), "f")


def read_number(raw: object, field: FormField, currency: str = "") -> str:
    """Decimal text without needless zeros."""
    if isinstance(raw, bool):
        raise BadAnswer("Write a number in digits.")
    value = _decimal(_single(raw), 6)
    if value is None:
        raise BadAnswer("Write a number in digits.")
    if abs(value) >= MAX_NUMBER:
        raise BadAnswer("This number is too large.")
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def read_text(raw: object, field: FormField, currency: str = "") -> str:
    """One line of text."""
    text = " ".join(_clean_text(_single(raw)).split())
    return _bounded(text, field.max_length or MAX_TEXT)


def read_long_text(raw: object, field: FormField, currency: str = "") -> str:
    """Text with line breaks as \\n."""
    text = _clean_text(_single(raw)).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _bounded(text, field.max_length or MAX_LONG_TEXT)


def _clean_text(text: str) -> str:
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def _bounded(text: str, limit: int) -> str:
    if len(text) > limit:
        raise BadAnswer(f"At most {limit:,} characters; this has {len(text):,}.")
    return text


def read_choice(raw: object, field: FormField, currency: str = "") -> str:
    """The key of one option."""
    key = _single(raw).strip()
    if key not in {option.key for option in field.options}:
        raise BadAnswer("Choose one of the answers.")
    return key


def read_choices(raw: object, field: FormField, currency: str = "") -> list[str]:
    """Keys of options in their order, each once."""
    items: Iterable[object] = raw if isinstance(raw, list | tuple) else [raw]
    chosen = {str(item).strip() for item in items if not is_blank(item)}
    if not chosen <= {option.key for option in field.options}:
        raise BadAnswer("Choose among the answers.")
    return [option.key for option in field.options if option.key in chosen]


def read_boolean(raw: object, field: FormField, currency: str = "") -> bool:
    """Yes or no."""
    if isinstance(raw, bool):
        return raw
    text = _single(raw).strip().lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise BadAnswer("Choose yes or no.")


def read_date(raw: object, field: FormField, currency: str = "") -> str:
    """An ISO date; read from the usual European spellings too."""
    if isinstance(raw, date):
        return raw.isoformat()[:10]
    text = " ".join(_single(raw).replace(",", " ").split())
    for form in DATE_FORMS:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if not 1900 <= found.year <= 2200:
            break
        return found.isoformat()
    raise BadAnswer("Give a day, such as 4 Dec 2026 or 2026-12-04.")


READERS: dict[str, Callable[[object, FormField, str], Any]] = {
    "text": read_text,
    "textarea": read_long_text,
    "money": read_money,
    "number": read_number,
    "choice": read_choice,
    "choices": read_choices,
    "boolean": read_boolean,
    "date": read_date,
}
MISSING = {
    "choice": "Choose an answer to “{label}”.",
    "choices": "Choose at least one answer to “{label}”.",
    "boolean": "Choose yes or no for “{label}”.",
    "file": "Add the file for “{label}”.",
    "date": "“{label}” needs a day.",
    "money": "“{label}” needs an amount.",
    "number": "“{label}” needs a number.",
}
MISSING_TEXT = "“{label}” needs an answer."


def missing(field: FormField) -> str:
    """The sentence for a required field without an answer."""
    return MISSING.get(field.type, MISSING_TEXT).format(label=field.label)
