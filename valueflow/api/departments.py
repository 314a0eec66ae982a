"""Departments in value flow over REST: the numbers of their pages."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.accounts.models import User
from esm.common.errors import Invalid
from valueflow.api.questions import PERMISSIONS, SCOPES, FlowAnswerSerializer
from valueflow.api.views import FROM, PERIOD, TO, key_parameter
from valueflow.selectors import answers_json
from valueflow.selectors.questions import subjects
from valueflow.selectors.scope import parse

PARAMETERS = [FROM, TO, PERIOD, *(key_parameter(name) for name in ("stream", "service", "version"))]


def _told(request: Request, key: str = "") -> Response:
    asked = subjects.subject(key)
    scope = parse(request.query_params, strict=True)
    if scope.log_id is not None or scope.department:
        said = "Departments are those of our own requests; name one in the address."
        raise Invalid(said, {"source" if scope.log_id is not None else "department": [said]})
    assert isinstance(request.user, User)
    found = asked.answer(scope, request.user)
    return Response(answers_json.to_json(asked, scope, found))


class DepartmentsView(APIView):
    """All departments."""

    permission_classes = PERMISSIONS
    scopes: ClassVar[dict[str, str]] = SCOPES

    @extend_schema(
        operation_id="flow_departments",
        tags=["flow"],
        parameters=PARAMETERS,
        responses=FlowAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell how much stays inside each department, and what each gives and receives."""
        return _told(request)


class DepartmentView(APIView):
    """One department."""

    permission_classes = PERMISSIONS
    scopes: ClassVar[dict[str, str]] = SCOPES

    @extend_schema(
        operation_id="flow_department",
        tags=["flow"],
        parameters=PARAMETERS,
        responses=FlowAnswerSerializer,
    )
    def get(self, request: Request, key: str) -> Response:
        """Tell what a department gives and receives, what lies there and how old it is."""
        return _told(request, key)
