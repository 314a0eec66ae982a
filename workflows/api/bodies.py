"""What the commands on requests take. Only the shape is checked here."""

from typing import Any

from rest_framework import serializers

from esm.common.api.serializers import PageQuery, Strict
from workflows.models import Request
from workflows.selectors.queue import VIEWS

LONG = 20_000


def _text(limit: int = LONG, **rest: Any) -> serializers.CharField:
    return serializers.CharField(max_length=limit, allow_blank=True, **rest)


class SubmitIn(Strict):
    """A new request: the answers to the offering's form by field."""

    offering = serializers.CharField(max_length=100)
    data = serializers.DictField()  # type: ignore[assignment]


class RequestsQuery(PageQuery):
    """Which requests."""

    scope = serializers.ChoiceField(
        choices=["mine", "visible"],
        default="mine",
        required=False,
        help_text="What you asked for, or all you may see.",
    )
    state = serializers.ChoiceField(choices=["open", "done", *Request.State.values], required=False)
    service = serializers.CharField(required=False, max_length=100, help_text="By its key.")


class QueueQuery(PageQuery):
    """Which part of the queue."""

    view = serializers.ChoiceField(choices=VIEWS, default="soonest", required=False)


class EventsQuery(PageQuery):
    """Which events."""

    type = serializers.CharField(
        required=False, max_length=60, help_text="Such as `handoff.returned`."
    )


class ReasonIn(Strict):
    """Why."""

    reason = _text()


class CommentIn(Strict):
    """A message to everyone on the request, or a note to the teams that work on it."""

    body = _text(LONG + 1)
    internal = serializers.BooleanField(default=False, required=False)


class ShareIn(Strict):
    """Who else may see it."""

    email = serializers.EmailField()


class CompleteIn(Strict):
    """What goes along with the finished step."""

    data = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="Answers to add or correct."
    )
    note = _text(required=False, default="")
    override = _text(
        required=False,
        default="",
        help_text="Why it leaves although something is missing; only where agreed.",
    )


class TickIn(Strict):
    """Whether the item is done."""

    done = serializers.BooleanField(default=True, required=False)


class PauseIn(Strict):
    """Who has to answer, and what."""

    party = serializers.ChoiceField(choices=["requester", "third"])
    reason = _text()
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ReturnIn(Strict):
    """Why it comes back."""

    reason = _text(100)
    note = _text()


class AskIn(Strict):
    """A question before accepting."""

    question = _text()


class AnswerIn(Strict):
    """The answer to it."""

    answer = _text()
