"""``ETag``, ``If-None-Match`` and ``If-Match`` of single things.

A tag is a digest of what the caller sees of a thing, so it tells nothing of what they do not see.
Figures that run with the clock (``Out.moving``) are left out of it: a thing is another one when
something happened to it, not because a second went by. Things with such figures are therefore never
answered with 304.

``If-Match`` is judged after the thing was locked, in the transaction of the change: of two who send
the same tag at one moment one succeeds, the other gets 412.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from esm.common.errors import ServiceError

TAG = r'^(W/)?"[\x21\x23-\x7e]*"$'


class Stale(ServiceError):
    """The thing is not what the caller last saw."""

    status = 412
    code = "stale"


class MatchNeeded(ServiceError):
    """A change that says nothing of what it was made from."""

    status = 428
    code = "if-match-required"


def tag_of(data: Any, moving: Collection[str] = ()) -> str:
    """The strong tag of a thing as it is told."""
    still = _still(data, moving) if moving else data
    text = json.dumps(still, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _still(data: Any, moving: Collection[str]) -> Any:
    if isinstance(data, dict):
        return {k: _still(v, moving) for k, v in data.items() if k not in moving}
    if isinstance(data, list | tuple):
        return [_still(one, moving) for one in data]
    return data


def names(header: str, tag: str) -> bool:
    """Whether a list of tags, or ``*``, names this one; a weak mark before it is overlooked."""
    given = [one.strip() for one in header.split(",")]
    return "*" in given or tag in given or f"W/{tag}" in given


def require(request: Request, tag: str, meanwhile: Callable[[], Mapping[str, Any]] = dict) -> None:
    """Raise Stale, with the tag of now and what happened, unless ``If-Match`` names it strongly."""
    given = [one.strip() for one in request.headers["If-Match"].split(",")]
    if tag in given:
        return
    raise Stale(
        "This changed since you read it. Read it again, then decide whether you still want this.",
        current=tag,
        **meanwhile(),
    )


def unchanged(request: Request, answer: Response, moving: Collection[str]) -> bool:
    """Whether the caller has this already."""
    known = request.headers.get("If-None-Match", "")
    return bool(known) and not moving and names(known, answer["ETag"])
