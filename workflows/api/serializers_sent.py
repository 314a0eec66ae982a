"""What is told of a request at the moment it was sent."""

from rest_framework import serializers

from esm.common.api.fields import MoneyField, PlainField
from esm.common.api.serializers import Out
from workflows.models import Request


class SentOut(Out):
    """A request that was just sent, with the answers as they are kept; ``url`` tells the rest."""

    ref = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    data = PlainField()  # type: ignore[assignment]
    amount = MoneyField()
    channel = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    promised_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, request: Request) -> str:
        return f"/api/v1/requests/{request.ref}"
