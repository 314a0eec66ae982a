"""What doing one thing to many steps takes."""

from rest_framework import serializers

from esm.common.api.serializers import Strict
from workflows.selectors.bulk import ACTIONS, MOST

LONG = 20_000


class BulkItemIn(Strict):
    """One step of a request."""

    request = serializers.CharField(max_length=20, help_text="Its number, such as `R-10482`.")
    visit = serializers.IntegerField(min_value=1, max_value=999_999_999)


class BulkIn(Strict):
    """One action and the steps it is meant for."""

    action = serializers.ChoiceField(choices=ACTIONS)
    items = serializers.ListField(  # type: ignore[assignment]
        child=BulkItemIn(), min_length=1, max_length=MOST
    )
    to = serializers.CharField(
        required=False,
        max_length=100,
        help_text="With `assign` and `reassign`: key of a member of the team.",
    )
    back = serializers.BooleanField(
        required=False, default=False, help_text="With `reassign`: to the queue of the team."
    )
    on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="With `follow-up`: the day; nothing takes it back.",
    )
    party = serializers.ChoiceField(
        required=False, choices=["requester", "third"], help_text="With `pause`: who has to answer."
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONG,
        help_text="With `pause`: for what. With `reassign`: why.",
    )
    note = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONG,
        help_text="With `hand-over`: for the next team.",
    )
    over_limit = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="Why it cannot wait, where the team has as much in hand as it agreed on.",
    )
