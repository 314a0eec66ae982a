"""Shapes of effects that were given up or come late."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.selectors.health_page import Told
from governance.services.reasons import MAX_REASON

MOST = 200


class EffectsQuery(Strict):
    """Which effects."""

    state = serializers.ChoiceField(
        choices=["dead", "late"],
        default="dead",
        required=False,
        help_text="Given up after five attempts; or late, or failed and tried again.",
    )


class EffectOut(Out):
    """One effect that is owed. What it is about is null where it is nothing you may see."""

    key = serializers.CharField(source="row.key", help_text="For retry and discard.")
    effect = serializers.CharField(source="row.effect", help_text="The consumer or the sweep.")
    queue = serializers.CharField(source="row.queue", help_text="Empty for a sweep.")
    event = serializers.CharField(source="row.event", help_text="Type of the event, if of one.")
    state = serializers.ChoiceField(choices=["dead", "tried", "late"], source="row.state")
    attempts = serializers.IntegerField(source="row.attempts")
    due_at = serializers.DateTimeField(source="row.due_at")
    since = serializers.DateTimeField(source="row.since")
    error = serializers.CharField(help_text="Only its kind where it is about something hidden.")
    about = serializers.SerializerMethodField()

    def get_about(self, told: Told) -> str | None:
        return told.about.name if told.about else None


def _keys() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.RegexField(r"^[ds][0-9]{1,17}\Z", max_length=20),
        min_length=1,
        max_length=MOST,
        help_text="Keys of effects; those that wait no more are left out.",
    )


class RetryIn(Strict):
    """Effects to try again."""

    effects = _keys()
    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept on record.",
    )  # fmt: skip


class DiscardIn(Strict):
    """Effects that shall never happen."""

    effects = _keys()
    reason = serializers.CharField(max_length=MAX_REASON, help_text="Why; kept on record.")


class DoneOut(Out):
    """How many it was."""

    done = serializers.IntegerField()
