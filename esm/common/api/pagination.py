"""Pages by key: stable while rows come and go, and no page number to guess.

A cursor is the sort key of the last row seen, signed together with the list it belongs to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from esm.common.api.serializers import Out, tell

T = TypeVar("T")
R = TypeVar("R", bound=Model)
# Without a moment: the same page has the same cursor, and so the same tag.
SIGNER = signing.Signer(salt="api-cursor")
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page and the cursor of the next one, empty at the end."""

    rows: list[T]
    cursor: str = ""


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _value(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def _write(name: str, key: Key) -> str:
    return SIGNER.sign_object([name, [_plain(value) for value in key]], compress=True)


def _read(name: str, text: str) -> Key:
    try:
        of, key = SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError):
        of, key = "", []
    if of != name:
        raise ValidationError({"cursor": ["This cursor does not belong to this list."]})
    return tuple(_value(value) for value in key)


def _after(fields: Sequence[str], key: Key) -> Q:
    """Rows behind the key in lexicographic order, each field in its own direction."""
    wanted = Q()
    same = Q()
    for field, value in zip(fields, key, strict=True):
        name = field.removeprefix("-")
        side = "lt" if field.startswith("-") else "gt"
        wanted |= same & Q(**{f"{name}__{side}": value})
        same &= Q(**{name: value})
    return wanted


def page_of(
    rows: QuerySet[R], *, name: str, order: Sequence[str], query: dict[str, Any]
) -> Page[R]:
    """A page of a queryset; the fields of ``order`` together are unique and never null."""
    if key := key_of(name, query):
        rows = rows.filter(_after(order, key))
    found = list(rows.order_by(*order)[: query["limit"] + 1])
    return cut(found, name=name, order=order, query=query)


def key_of(name: str, query: dict[str, Any]) -> Key:
    """The sort key of the last row seen; empty for the first page."""
    return _read(name, query["cursor"]) if query.get("cursor") else ()


def cut(found: list[R], *, name: str, order: Sequence[str], query: dict[str, Any]) -> Page[R]:
    """A page of rows behind the key, read in this order, one more than are shown."""
    limit = query["limit"]
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1]
    key = tuple(getattr(last, field.removeprefix("-")) for field in order)
    return Page(found[:limit], _write(name, key))


def page_of_list(
    rows: Sequence[T], *, name: str, key: Callable[[T], Key], query: dict[str, Any]
) -> Page[T]:
    """A page of rows that are sorted by ``key`` already."""
    found = list(rows)
    limit = query["limit"]
    if query.get("cursor"):
        begin = _read(name, query["cursor"])
        found = [row for row in found if key(row) > begin]
    if len(found) <= limit:
        return Page(found)
    return Page(found[:limit], _write(name, key(found[limit - 1])))


def page_response(
    request: Request, page: Page[Any], shape: type[Out], context: dict[str, Any] | None = None
) -> Response:
    """The page as ``items`` and ``next``; the same address as a Link header."""
    if context:
        items = list(shape(page.rows, many=True, context=context).data)
    else:
        items = [tell(shape, row) for row in page.rows]
    following = None
    if page.cursor:
        given = {k: v for k, v in request.query_params.items() if k != "cursor"}
        following = f"{request.path}?{urlencode({**given, 'cursor': page.cursor})}"
    answer = Response({"items": items, "next": following})
    if following:
        answer["Link"] = f'<{following}>; rel="next"'
    return answer
