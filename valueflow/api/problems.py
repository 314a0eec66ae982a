"""Problems of streams over REST: the list of the page, from the same selector."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.accounts.api.permissions import HasScope
from esm.accounts.models import User
from esm.common.errors import Invalid
from valueflow.api.views import FROM, PERIOD, TO, key_parameter
from valueflow.selectors import problems, problems_shown
from valueflow.selectors.problem_kinds import KINDS, SIMPLER
from valueflow.selectors.problems_shown import Shown
from valueflow.selectors.scope import parse


class StreamProofSerializer(serializers.Serializer[object]):
    """A figure behind a problem."""

    key = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.CharField(help_text="days (business days), count or share (0 to 1).")


class StreamProblemSerializer(serializers.Serializer[object]):
    """A problem of a stream."""

    key = serializers.CharField(help_text="Stays the same from period to period.")
    kind = serializers.ChoiceField(choices=sorted(KINDS))
    stream = serializers.CharField()
    place = serializers.CharField(help_text="The step, the pair of departments, the decision.")
    name = serializers.CharField()
    looked_at = serializers.BooleanField(
        help_text="The owner of the stream has time to answer first; until then figures are null."
    )
    number = serializers.IntegerField(
        allow_null=True, help_text="Of what its owner says, once it was kept."
    )
    days = serializers.FloatField(
        allow_null=True, help_text="Business days of the period that are at stake."
    )
    n = serializers.IntegerField(allow_null=True, help_text="How many the list behind it holds.")
    sentence = serializers.CharField(allow_null=True)
    advice = serializers.CharField(allow_null=True)
    simpler = serializers.BooleanField(help_text="It could be taken out of the way of working.")
    figure = serializers.CharField(allow_null=True, help_text="Of the list at `/flow/requests/`.")
    extra = serializers.DictField(child=serializers.CharField())
    proofs = StreamProofSerializer(many=True)


class StreamProblemListSerializer(serializers.Serializer[object]):
    """Problems, most days first."""

    finished = serializers.IntegerField(help_text="Requests finished in the period.")
    results = StreamProblemSerializer(many=True)


class FlowProblemsView(APIView):
    """Where value is lost."""

    permission_classes = [IsAuthenticated, HasScope]
    scopes: ClassVar[dict[str, str]] = {"read": "flow:read"}

    @extend_schema(
        operation_id="flow_problems",
        tags=["flow"],
        parameters=[
            FROM,
            TO,
            PERIOD,
            *(key_parameter(name) for name in ("stream", "department", "service", "version")),
        ],
        responses=StreamProblemListSerializer,
    )
    def get(self, request: Request) -> Response:
        """List the problems of a period, ranked by the business days at stake."""
        if "source" in request.query_params or "time" in request.query_params:
            said = "Problems are those of our own requests, in business time."
            raise Invalid(said, {"source": [said]})
        assert isinstance(request.user, User)
        found = problems.find(parse(request.query_params, strict=True))
        told = problems_shown.shown(found.problems, request.user)
        return Response({"finished": found.n, "results": [_told(one) for one in told]})


NAMED = ("key", "kind", "stream", "place", "name")
FIGURES = ("days", "n", "sentence", "advice", "figure")


def _told(shown: Shown) -> dict[str, Any]:
    """A problem; without its figures while its owner has time to answer first."""
    one = shown.problem
    row: dict[str, Any] = {name: getattr(one, name) for name in NAMED}
    row |= {
        "simpler": one.kind in SIMPLER,
        "looked_at": shown.hidden,
        "number": shown.kept.pk if shown.kept and not shown.hidden else None,
    }
    if shown.hidden:
        return row | dict.fromkeys(FIGURES) | {"extra": {}, "proofs": []}
    return row | {
        **{name: getattr(one, name) for name in FIGURES},
        "extra": dict(one.extra),
        "proofs": [
            {"key": p.key, "name": str(p.name), "value": p.value, "unit": p.unit}
            for p in one.proofs
        ],
    }
