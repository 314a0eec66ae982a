"""Shapes of the change feed."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict


class FeedQuery(Strict):
    """From where, and what of it."""

    cursor = serializers.RegexField(
        r"^[0-9]{1,18}$",
        required=False,
        max_length=18,
        help_text="From the answer before; good for ever.",
    )
    start = serializers.ChoiceField(
        choices=["beginning", "now"],
        default="beginning",
        required=False,
        help_text="Without a cursor: from the first event you may see, or from now on.",
    )
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="At most 200."
    )
    type = serializers.CharField(
        required=False,
        max_length=600,
        help_text="Such as `handoff.returned`; several with commas between.",
    )
    subject = serializers.CharField(required=False, max_length=60, help_text="Such as `R-10001`.")
    since = serializers.DateTimeField(required=False, help_text="What happened then or later.")


class FeedEventOut(Out):
    """Something that happened, from the ledger, without free text."""

    key = serializers.CharField(help_text="Stable; no other event has it.")
    type = serializers.CharField()
    subject = serializers.CharField(help_text="What it happened to, such as `R-10001`.")
    occurred_at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="A person's key, `svc:<key>`, or the system.")
    on_behalf_of = serializers.CharField()
    role = serializers.CharField()
    team = serializers.CharField()
    department = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class FeedOut(Out):
    """Events in order, and where to go on."""

    items = FeedEventOut(many=True)
    cursor = serializers.CharField(help_text="Send it the next time, also when `next` is null.")
    next = serializers.CharField(
        allow_null=True, help_text="Address of more that is there already; null when there is none."
    )
