"""Reading bodies: JSON that means one thing only, and forms with files, both bounded."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from rest_framework.parsers import BaseParser, MultiPartParser

from esm.common.api.errors import Malformed, TooLarge

MAX_JSON_BYTES = 2 * 2**20
MAX_FORM_BYTES = 120 * 2**20
MAX_DEPTH = 50
# Possessive, and a text may end with the body: every byte is looked at once.
_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Malformed(f"The name “{_shown(name)}” is written twice.")
        found[name] = value
    return found


def _shown(name: str) -> str:
    return name[:60].encode("utf-8", "replace").decode()


def _constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is no JSON.")


def _check(value: Any, depth: int = 0) -> None:
    """Refuse what the database cannot store and what is nested too deep to mean anything."""
    if depth > MAX_DEPTH:
        raise Malformed(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise Malformed("A text holds a character that cannot be stored.")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check(name, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def _too_deep(raw: bytes) -> bool:
    """Whether brackets stand too deep in each other, found before anything is built of them.

    A round takes away one or two levels; what is a little too deep is left to ``_check``.
    """
    brackets = _TEXTS.sub(b"", raw).translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH + 1):
        if not brackets:
            return False
        inner = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(inner) == len(brackets):
            # They do not pair; short of a level too many, the reader says what is wrong.
            return brackets.count(b"[") + brackets.count(b"{") > MAX_DEPTH
        brackets = inner
    return True


def read_json(raw: bytes) -> Any:
    """One JSON value, numbers with a point as Decimal. Raises Malformed and says why."""
    if _too_deep(raw):
        raise Malformed(f"The body is nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_constant,
            object_pairs_hook=_pairs,
        )
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"No JSON: {error.msg}, line {error.lineno}.") from None
    except ValueError:
        raise Malformed("A number has too many digits.") from None
    _check(value)
    return value


def _length(context: Mapping[str, Any] | None) -> int:
    request = (context or {}).get("request")
    text = str(request.META.get("CONTENT_LENGTH") or "0") if request is not None else "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class StrictJSONParser(BaseParser):
    """JSON without duplicate names, NaN or unstorable text, at most 2 MB."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if _length(parser_context) > MAX_JSON_BYTES:
            raise TooLarge("A JSON body has at most 2 MB.")
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise TooLarge("A JSON body has at most 2 MB.")
        return read_json(raw)


class BoundedMultiPartParser(MultiPartParser):
    """A form with files, at most 120 MB in all; how large one file may be is its reader's rule."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if _length(parser_context) > MAX_FORM_BYTES:
            raise TooLarge("A form with files has at most 120 MB.")
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RequestDataTooBig:
            raise TooLarge("The fields of the form are too large.") from None
        except (TooManyFieldsSent, TooManyFilesSent):
            raise TooLarge("The form has too many parts.") from None
