"""``Idempotency-Key``: a post that is sent again has one effect and gets the same answer.

What is guaranteed: the record of the key, the effect and the answer commit in one transaction. So

- an answer of success that arrived stands for an effect that is there, whatever ends afterwards;
- a process that dies before the commit leaves neither record nor effect: the same post, sent again,
  is the first one; one that dies after it is answered from the record;
- posts with one key at one moment wait for each other at the record's unique index: one acts, the
  others get its answer, or after ten seconds 409 ``in-flight``;
- a refusal keeps nothing, so that the caller may correct what was wrong and use the key again.

Records count by account and operation and end after seven days. Where the answer holds a secret
(``Cache-Control: no-store``) only the fact is kept: sending it again is refused with 409. So is it
after private text of what it was about was erased: the answer goes with it, the fact stays.
Keeping them is for an app above; it registers with ``esm.common.uses``.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpResponse, HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from esm.common import failpoints, uses
from esm.common.errors import Conflict, ServiceError
from esm.common.uses import Keeper, Kept, Use

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 255
KEPT_HEADERS = ("Location", "ETag", "Link")
# PostgreSQL's codes for a lock that did not come in time, or not within the time of a statement.
NOT_IN_TIME = ("55P03", "57014")


class KeyReused(ServiceError):
    """The key was used for something else."""

    status = 422
    code = "key-reused"


def key_of(request: Request) -> str:
    """The key of a post, empty without one. Raises ValidationError for one that cannot be kept."""
    if request.method != "POST":
        return ""
    given = request.headers.get(HEADER)
    if given is None:
        return ""
    key = str(given).strip()
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        said = f"A key has 1 to {LONGEST} printable ASCII characters."
        raise ValidationError({HEADER: [said]})
    return key


def digest_of(request: Request) -> str:
    """sha256 over method, path, parameters and body; of files their name, type and content."""
    sent: list[Any] = [request.method, request.path, sorted(request.query_params.lists())]
    data = request.data
    if hasattr(data, "lists"):
        files = set(request.FILES)
        sent.append(sorted((name, values) for name, values in data.lists() if name not in files))
        for name, uploads in sorted(request.FILES.lists()):
            sent += [[name, u.name, u.content_type, _content(u)] for u in uploads]
    else:
        sent.append(data)
    text = json.dumps(sent, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(upload: Any) -> str:
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def answered(use: Use, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer to this use of a key: kept from before, or of ``act`` and kept with its effect.

    Raises KeyReused for another body, Conflict while the same is in work elsewhere.
    """
    keeper = uses.keeper()
    with transaction.atomic(), keeper.watching():
        kept = _claim(keeper, use)
        if kept is not None:
            return _again(use, kept)
        answer = act()
        if not 200 <= answer.status_code < 300:
            transaction.set_rollback(True)
            return answer
        keeper.keep(use, _kept(use, answer))
        failpoints.hit("once.before_commit")
    failpoints.hit("once.after_commit")
    return answer


def _claim(keeper: Keeper, use: Use) -> Kept | None:
    try:
        return keeper.claim(use)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") not in NOT_IN_TIME:
            raise
        raise Conflict(
            "The same call is in work at this moment. Wait, then send it again.", code="in-flight"
        ) from None


def _kept(use: Use, answer: HttpResponseBase) -> Kept:
    headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    if "no-store" in answer.get("Cache-Control", ""):
        return Kept(use.digest, answer.status_code, headers, None)
    if isinstance(answer, Response):
        text = JSONRenderer().render(answer.data).decode() if answer.data is not None else ""
    else:
        text = getattr(answer, "content", b"").decode()
    return Kept(use.digest, answer.status_code, headers, text)


def _again(use: Use, kept: Kept) -> HttpResponseBase:
    if kept.digest != use.digest:
        raise KeyReused(
            "This key was used for another body. Use a new key for each thing you want done."
        )
    if kept.erased:
        raise Conflict(
            "This was done already; private text of what it is about was erased since, and with it"
            " this answer. Read the thing itself: `location` says where, if it made one.",
            code="answer-erased",
            location=kept.headers.get("Location"),
        )
    if kept.body is None:
        raise Conflict(
            "This was done already; its answer held a secret that is shown once and kept nowhere."
            " End what was made and make a new one with a new key.",
            code="answer-not-kept",
        )
    answer = HttpResponse(kept.body, status=kept.status, content_type="application/json")
    for name, value in kept.headers.items():
        answer[name] = value
    answer[REPLAYED] = "true"
    return answer
