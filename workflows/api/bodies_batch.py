"""What sending many requests in one call takes."""

from typing import Any

from rest_framework import serializers

from esm.common.api.serializers import Strict
from workflows.api.bodies import SubmitIn

MOST = 100
LONGEST_KEY = 200
LONGEST_NAME = 50


class BatchItemIn(SubmitIn):
    """One request, with a name of the caller's own."""

    name = serializers.RegexField(
        r"^[!-~]+$",
        required=False,
        max_length=LONGEST_NAME,
        help_text=(
            "Names it within the call, in its answer and under the idempotency key; without it that"
            " is its place, from 1."
        ),
    )


class BatchIn(Strict):
    """Up to 100 requests."""

    items = serializers.ListField(  # type: ignore[assignment]
        child=BatchItemIn(), min_length=1, max_length=MOST
    )


class BatchRead(Strict):
    """The same as it is read: the shape of each is checked by itself, as its answers are."""

    items: Any = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MOST)
