"""What the commands on requests take. Only the shape is checked here."""

from typing import Any

from rest_framework import serializers

from esm.common.api.serializers import PageQuery, Strict
from workflows.models import Request
from workflows.selectors.queue_filters import CLOCKS, CLOSED, STARTS, STATES, VIEWS
from workflows.selectors.queue_filters import LONG as LONGEST

LONG = 20_000


def _text(limit: int = LONG, **rest: Any) -> serializers.CharField:
    return serializers.CharField(max_length=limit, allow_blank=True, **rest)


def _key(words: str) -> serializers.CharField:
    return serializers.CharField(required=False, max_length=LONGEST, help_text=words)


class SubmitIn(Strict):
    """A new request: the answers to the offering's form by field."""

    offering = serializers.CharField(max_length=100)
    data = serializers.DictField()  # type: ignore[assignment]
    on_behalf_of = serializers.CharField(
        required=False,
        max_length=254,
        help_text="Mail address of the person it is for, where the offering allows it.",
    )
    part_of = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        allow_blank=True,
        help_text="Number of the request of which this asks another team for a part.",
    )


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
    ordering = serializers.ChoiceField(
        choices=["-number", "number"],
        default="-number",
        required=False,
        help_text="Newest first, or oldest first.",
    )


class QueueQuery(PageQuery):
    """Which part of the queue, in which order."""

    view = serializers.ChoiceField(choices=VIEWS, default="soonest", required=False)
    sort = serializers.ChoiceField(
        choices=CLOSED["sort"],
        default="soonest",
        required=False,
        help_text="`soonest` ends first on the team's side; a minus turns it round.",
    )
    service = _key("Only work of this service, by its key.")
    step = _key("Only work at this step, by its key.")
    holder = _key("Only work of this person, by key; `@me`, `@nobody`.")
    priority = _key("Only requests of this priority, by key; `@usual` for those of none.")
    state = serializers.ChoiceField(choices=STATES, required=False)
    clock = serializers.ChoiceField(
        choices=CLOCKS,
        required=False,
        help_text="The team's own clock: over, three quarters used, ends today, stands still.",
    )
    start = serializers.ChoiceField(
        choices=STARTS,
        required=False,
        help_text="The day to start on: it came, it is still to come, none is set.",
    )
    q = serializers.CharField(
        required=False, max_length=LONGEST, help_text="Words of the title, or the number."
    )

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of the language, so it is no attribute."""
        found = super().get_fields()
        return {**found, "from": _key("Only work from this department, by its key.")}


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


class EditIn(Strict):
    """The words of a message as they should have been."""

    body = _text(LONG + 1)


class PulseIn(Strict):
    """How it went: 1 (bad) to 5 (very good), in one word, and what to keep or change."""

    score = serializers.IntegerField(min_value=1, max_value=5)
    word = _text(40, required=False, default="")
    comment = _text(4000, required=False, default="")


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


class TakeIn(Strict):
    """Taking work on."""

    over_limit = _text(
        2000,
        required=False,
        default="",
        help_text="Why it cannot wait, where the team has as much in hand as it agreed on.",
    )


class PauseIn(Strict):
    """Who has to answer, and what."""

    party = serializers.ChoiceField(choices=["requester", "third"])
    reason = _text()
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class FollowUpIn(Strict):
    """When to go on with a step."""

    on = serializers.DateField(
        allow_null=True, help_text="A day after today, within a year; null takes the day back."
    )


class PriorityIn(Strict):
    """Another priority, and why."""

    priority = serializers.CharField(
        allow_blank=True,
        max_length=100,
        help_text="A key of what was asked for; empty is as usual.",
    )
    reason = _text()


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


class ReplyIn(Strict):
    """A saved reply and for whom it is."""

    name = serializers.CharField(max_length=80)
    body = _text(5_000)
    audience = serializers.CharField(
        max_length=120, help_text="`mine`, `team:<key>` or `everyone`."
    )


class RepliesQuery(Strict):
    """Which saved replies."""

    q = serializers.CharField(required=False, max_length=80, help_text="Words of name or text.")


class ViewIn(Strict):
    """A saved view: its filters as the queue takes them, and for whom it is."""

    name = serializers.CharField(max_length=80)
    audience = serializers.CharField(
        max_length=120, help_text="`mine`, `team:<key>` or `everyone`."
    )
    queue = serializers.CharField(
        required=False,
        max_length=LONGEST,
        help_text="The team's key; leave it out for `everyone`, which is a view of every queue.",
    )
    filters = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=LONGEST + 1),
        help_text="Parameters of `GET /queues/{key}`, such as `state` and `sort`.",
    )


class MoveIn(Strict):
    """Where to."""

    to = serializers.ChoiceField(choices=["earlier", "later"])


class ReassignIn(Strict):
    """Who takes it, and why."""

    to = serializers.CharField(
        max_length=100,
        allow_null=True,
        help_text="Key of a member of the team; null for the queue of the team.",
    )
    reason = serializers.CharField(max_length=1_000)
