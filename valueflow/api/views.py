"""Figures of value flow over REST: the numbers of the dashboard, from the same selector."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.accounts.api.permissions import HasScope
from esm.accounts.models import User
from esm.common.errors import Invalid
from valueflow.api.serializers import FlowSummarySerializer
from valueflow.api.serializers_decided import DecidedSerializer
from valueflow.selectors import decided, decided_json, flow, flow_json, naming
from valueflow.selectors.scope import parse

SOURCE = OpenApiParameter("source", OpenApiTypes.STR, description="`live` or `log-<n>`.")
FROM = OpenApiParameter("from", OpenApiTypes.STR, description="Moment or date; counts in.")
TO = OpenApiParameter(
    "to", OpenApiTypes.STR, description="Moment, does not count in; a date includes its day."
)
PERIOD = OpenApiParameter(
    "period", OpenApiTypes.STR, description="`4w`, `13w`, `26w`, `52w` or `since-<version>`."
)


def key_parameter(name: str) -> OpenApiParameter:
    """A filter by a key of the model."""
    return OpenApiParameter(name, OpenApiTypes.STR, description=f"Only this {name}, by its key.")


class FlowSummaryView(APIView):
    """All figures of one source, period and filter."""

    permission_classes = [IsAuthenticated, HasScope]
    scopes: ClassVar[dict[str, str]] = {"read": "flow:read"}

    @extend_schema(
        operation_id="flow_summary",
        tags=["flow"],
        parameters=[
            SOURCE,
            FROM,
            TO,
            PERIOD,
            key_parameter("stream"),
            key_parameter("department"),
            key_parameter("service"),
            key_parameter("version"),
        ],
        responses=FlowSummarySerializer,
    )
    def get(self, request: Request) -> Response:
        """Lead time, promise, flow efficiency, handover matrix and more, in both times."""
        scope = parse(request.query_params, strict=True)
        assert isinstance(request.user, User)
        summary = flow.summary(scope, request.user)
        names = naming.names(scope.model_id) if scope.log_id is None else naming.groups((), "")
        return Response(flow_json.to_json(summary, names))


class FlowDecisionsView(APIView):
    """How decisions went."""

    permission_classes = [IsAuthenticated, HasScope]
    scopes: ClassVar[dict[str, str]] = {"read": "flow:read"}

    @extend_schema(
        operation_id="flow_decisions",
        tags=["flow"],
        parameters=[
            FROM,
            TO,
            PERIOD,
            key_parameter("stream"),
            key_parameter("department"),
            key_parameter("service"),
            key_parameter("version"),
        ],
        responses=DecidedSerializer,
    )
    def get(self, request: Request) -> Response:
        """Time to decide, share in time, level, concentration and more, by type of decision."""
        if "source" in request.query_params or "time" in request.query_params:
            said = "Decisions are those of our own requests, in business time."
            raise Invalid(said, {"source": [said]})
        scope = parse(request.query_params, strict=True)
        assert isinstance(request.user, User)
        return Response(decided_json.to_json(decided.figures(scope, request.user)))
