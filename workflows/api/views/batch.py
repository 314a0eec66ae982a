"""Many requests sent in one call: each by itself, each with its own answer.

Each is sent in a transaction of its own by the service for one, so that what one refuses changes
nothing for the others. The idempotency key of the call makes one for each (``key#name``), kept with
its effect: a call that ended half-way, or whose answer was lost, is sent again with the same key,
does what was not done and tells the rest again.
"""

import hashlib
import json
from typing import Any

from django.db import DatabaseError
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.common import problems
from esm.common.api import once
from esm.common.api.serializers import read
from esm.common.api.views import operation, told
from esm.common.errors import ServiceError
from esm.common.postgresql import presence
from esm.common.uses import Use
from esm.common.views import UNAVAILABLE
from workflows.api.bodies_batch import LONGEST_KEY, LONGEST_NAME, BatchIn, BatchItemIn, BatchRead
from workflows.api.serializers_sent import BatchOut, SentOut
from workflows.api.views.submitting import Submitting, no_files


class Batch(Submitting):
    """Many new requests."""

    scopes = {"write": "requests:write"}
    # A key counts for each of the items.
    keyed_by_item = True

    @operation(
        "request_submit_many", tag="requests", answer=BatchOut, body=BatchRead, body_schema=BatchIn
    )
    def post(self, request: Call) -> Response:
        """Ask for up to 100 things, each by itself.

        The answer tells for each, in the order given, what sending it alone would have answered:
        201 with the request, or the status and problem of its refusal, whose pointers lead into the
        item. What one refuses changes nothing for the others. Sent again with the same
        `Idempotency-Key`, here at most 200 characters, what was done is told again
        (`replayed`) and has no second effect; what was refused may be corrected and is tried again.
        No files: send what needs one by itself.
        """
        items = self.body(request)["items"]
        key = once.key_of(request)
        if len(key) > LONGEST_KEY:
            raise ValidationError(
                {once.HEADER: [f"Here a key has at most {LONGEST_KEY} characters."]}
            )
        names = _names(items)
        self.asker(request)
        self.count_things(request, len(items))
        rows = [
            self._one(request, item, name, key) for item, name in zip(items, names, strict=True)
        ]
        answer = told(BatchOut, {"results": rows})
        if all(row["replayed"] for row in rows):
            answer[once.REPLAYED] = "true"
        return answer

    def _one(self, request: Call, item: Any, name: str, key: str) -> dict[str, Any]:
        """What became of one item."""
        found = {"name": name, "status": 201, "replayed": False, "request": None, "problem": None}
        try:
            answer = self._sent(request, item, name, key)
        except (ServiceError, APIException) as refused:
            problem = problems.handler(refused, {})
            assert problem is not None
            return {**found, "status": problem.status_code, "problem": problem.data}
        except DatabaseError as error:
            why = presence.reason(error)
            if why not in (presence.BUSY, presence.LONG):
                raise
            code, _wait_s, sentence, _page = UNAVAILABLE[why]
            problem = problems.problem(503, sentence, code)
            return {**found, "status": 503, "problem": problem.data}
        if isinstance(answer, Response):
            return {**found, "request": answer.data}
        return {**found, "replayed": True, "request": json.loads(answer.content)}

    def _sent(self, request: Call, item: Any, name: str, key: str) -> Any:
        """Its answer, kept from before or new and kept with its effect."""

        def act() -> Response:
            given = read(BatchItemIn, item)
            sent = self.send(request, given, no_files)
            answer = told(SentOut, sent, status=201)
            answer["Location"] = answer.data["url"]
            return answer

        if not key:
            return act()
        text = json.dumps(item, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        use = Use(request.user.pk or 0, "request_submit_many", f"{key}#{name}", digest)
        return once.answered(use, act)


def _names(items: list[Any]) -> list[str]:
    """What each item is called: by the caller, else by its place. Raises ValidationError."""
    found: list[str] = []
    for place, item in enumerate(items):
        given = item.get("name") if isinstance(item, dict) else None
        name = given if isinstance(given, str) and len(given) <= LONGEST_NAME else str(place + 1)
        if name in found:
            said = "Another item of this call has this name. Give each its own, or none at all."
            raise ValidationError({"items": {str(place): {"name": [said]}}})
        found.append(name)
    return found
