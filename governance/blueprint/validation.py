"""Pydantic's findings as sentences a person can act on."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from governance.blueprint.elements import Path
from governance.blueprint.kinds.base import (
    CHOICE_PATTERN,
    KEY_PATTERN,
    NAME_PATTERN,
)

_PATTERNS = {
    KEY_PATTERN: "is no key: lowercase letters, digits and single hyphens",
    NAME_PATTERN: "is no field name: lowercase letters, digits and underscores",
    CHOICE_PATTERN: "is no option key: lowercase letters, digits, hyphens and underscores",
    r"^[A-Z]{3}$": "is no currency: three capital letters",
}
_MAX_SHOWN = 60


def sentences(error: ValidationError, subject: str) -> Iterator[tuple[Path, str]]:
    """Path and sentence of every finding; `subject` is what holds the fields."""
    unions: set[Path] = set()
    for detail in error.errors(include_url=False, include_context=True):
        path = tuple(step for step in detail["loc"] if not _is_union_branch(step))
        if path != detail["loc"]:
            # One finding per branch of a union would say the same thing several times.
            if path in unions:
                continue
            unions.add(path)
        yield path, _sentence(detail, path, subject)


def _is_union_branch(step: str | int) -> bool:
    # Pydantic adds the name of a union's branch to the location; no file has such a name.
    return isinstance(step, str) and (step[:1].isupper() or step in {"date", "datetime"})


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"


def _sentence(detail: ErrorDetails, path: Path, subject: str) -> str:
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), subject)
    context = detail.get("ctx", {})
    value = _shown(detail.get("input"))
    match detail["type"]:
        case "missing":
            return f"`{name}` is missing"
        case "extra_forbidden":
            return f"`{name}` is not a field of {subject}"
        case "literal_error" | "enum":
            return f"`{name}` is `{value}`; it must be {context.get('expected', 'another value')}"
        case "string_pattern_mismatch":
            why = _PATTERNS.get(str(context.get("pattern")), "is not written as it must be")
            return f"`{name}`: `{value}` {why}"
        case "string_type":
            return f"`{name}` must be text; put quotes around a number"
        case "tuple_type":
            return f"`{name}` must be a list"
        case "dict_type" | "model_type":
            return f"`{name}` must be names and values"
        case "string_unicode":
            return f"`{name}` holds a character that cannot be stored"
        case "value_error":
            why = str(context.get("error", detail["msg"]))
            return f"`{name}`: {why}" if path else why
    return f"`{name}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
