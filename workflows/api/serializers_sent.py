"""What is told of a request at the moment it was sent."""

from drf_spectacular.utils import extend_schema_field
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


@extend_schema_field(SentOut(allow_null=True))
class SentField(PlainField):
    """A sent request as it was told, or nothing."""


@extend_schema_field({"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]})
class ProblemField(PlainField):
    """A problem as its answer would have told it, or nothing."""


class BatchResultOut(Out):
    """What became of one item."""

    name = serializers.CharField(help_text="As the caller named it, else its place from 1.")
    status = serializers.IntegerField(help_text="As sending it alone would have answered.")
    replayed = serializers.BooleanField(help_text="It was done before, under the same key.")
    request = SentField(help_text="What sending it alone would have told; null where refused.")
    problem = ProblemField(help_text="The problem of its refusal; null where it was done.")


class BatchOut(Out):
    """What became of each, in the order in which they were given."""

    results = BatchResultOut(many=True)
