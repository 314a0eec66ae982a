"""What a person's name, mail address and zone may be, with the sentences for what they may not."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from esm.common.errors import Invalid

MAX_NAME, MAX_EMAIL = 200, 254
# A cell that starts like this would be a formula where the name is opened in a spreadsheet.
FORMULA = ("=", "+", "@", "\t", "\r")


@cache
def zones() -> frozenset[str]:
    """All time zones this system knows; to ask for them reads some six hundred files."""
    return frozenset(available_timezones())


def cleaned(values: Mapping[str, str]) -> dict[str, str]:
    """The fields without blanks around them. Raises Invalid with a sentence for each field."""
    found = {name: value.strip() for name, value in values.items()}
    errors = {name: [said] for name, value in found.items() if (said := _wrong(name, value))}
    if errors:
        raise Invalid("This person cannot be kept like that.", errors)
    return found


def _wrong(name: str, value: str) -> str:
    """The sentence about one field, empty when it can be used."""
    if unstorable(value):
        return "This holds a character that nobody can read."
    if name == "name":
        return _wrong_name(value)
    if name == "email" and value:
        return _wrong_mail(value)
    if name == "zone" and value not in zones():
        return "Name a time zone such as Europe/Dublin."
    return ""


def unstorable(value: str) -> bool:
    """Control characters, lone surrogates and what turns the direction of text."""
    return any(unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2066" for c in value)


def _wrong_name(value: str) -> str:
    if not value:
        return "Say their name."
    if len(value) > MAX_NAME:
        return f"A name has at most {MAX_NAME} characters."
    if value.startswith(FORMULA):
        return "A name cannot begin like a formula."
    return ""


def _wrong_mail(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        return "Write a mail address such as ada@example.org."
    return f"A mail address has at most {MAX_EMAIL} characters." if len(value) > MAX_EMAIL else ""
