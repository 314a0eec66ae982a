"""Questions about value flow over REST: the numbers of their pages, from the same answers."""

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.accounts.api.permissions import HasScope
from esm.accounts.models import User
from esm.common.errors import Invalid
from valueflow.api.views import FROM, PERIOD, SOURCE, TO, key_parameter
from valueflow.selectors import answers_json
from valueflow.selectors.questions import asking, everything
from valueflow.selectors.scope import parse

PERMISSIONS = [IsAuthenticated, HasScope]
SCOPES: dict[str, str] = {"read": "flow:read"}


class QuestionSerializer(serializers.Serializer[object]):
    """A question that value flow answers."""

    code = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    first_for = serializers.ListField(
        child=serializers.CharField(),
        help_text="executive, owner, steward, department, auditor: who sees it first.",
    )
    logs = serializers.BooleanField(help_text="Whether imported logs can answer it, too.")


class QuestionListSerializer(serializers.Serializer[object]):
    """All questions, Q1 first."""

    results = QuestionSerializer(many=True)


class AnswerColumnSerializer(serializers.Serializer[object]):
    """A column: what its figures are and how they are made."""

    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(
        help_text="text, count, share (0 to 1), duration, days, number, money or date."
    )
    definition = serializers.CharField(allow_blank=True)


class AnswerRowSerializer(serializers.Serializer[object]):
    """A row: figures by column; those hidden are null and named, those with a list name it."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    figures = serializers.DictField(
        child=serializers.JSONField(),
        help_text="A duration is `calendar_s` and `business_s`; other figures are plain.",
    )
    hidden = serializers.ListField(
        child=serializers.CharField(), help_text="Columns whose figure is of fewer than five."
    )
    lists = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="Parameters of the list behind a figure, at `/flow/requests/`.",
    )


class AnswerTableSerializer(serializers.Serializer[object]):
    """A table of figures."""

    title = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    columns = AnswerColumnSerializer(many=True)
    rows = AnswerRowSerializer(many=True)


class AnswerVersionSerializer(serializers.Serializer[object]):
    """A version that came into force."""

    version = serializers.CharField()
    at = serializers.DateTimeField()
    week = serializers.DateField(help_text="Monday of its week.")


class FlowAnswerSerializer(serializers.Serializer[object]):
    """What a question is answered with; `n` counts what `unit` and `population` say."""

    code = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()
    unit = serializers.CharField(allow_blank=True)
    population = serializers.CharField(allow_blank=True)
    calendar = serializers.CharField(allow_blank=True)
    day_s = serializers.IntegerField(help_text="Seconds of a working day.")
    source = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField(help_text="When open work was looked at.")
    zone = serializers.CharField()
    filters = serializers.DictField(child=serializers.CharField())
    versions = AnswerVersionSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    tables = AnswerTableSerializer(many=True)


# ``from`` and ``to`` are no names that a class can have as they stand.
FlowAnswerSerializer._declared_fields["from"] = serializers.DateTimeField(help_text="Counts in.")
FlowAnswerSerializer._declared_fields["to"] = serializers.DateTimeField(
    help_text="Does not count in."
)


class QuestionsView(APIView):
    """All questions."""

    permission_classes = PERMISSIONS
    scopes: ClassVar[dict[str, str]] = SCOPES

    @extend_schema(operation_id="flow_questions", tags=["flow"], responses=QuestionListSerializer)
    def get(self, request: Request) -> Response:
        """List the questions that value flow answers."""
        if request.query_params:
            name = sorted(request.query_params)[0]
            said = _("There is no such parameter.")
            raise Invalid(said, {name: [said]})
        told = [
            {
                "code": one.code,
                "slug": one.slug,
                "title": str(one.title),
                "group": str(one.group),
                "first_for": list(one.first_for),
                "logs": one.logs,
            }
            for one in everything.questions()
        ]
        return Response({"results": told})


class QuestionView(APIView):
    """One question."""

    permission_classes = PERMISSIONS
    scopes: ClassVar[dict[str, str]] = SCOPES

    @extend_schema(
        operation_id="flow_question",
        tags=["flow"],
        parameters=[
            SOURCE,
            FROM,
            TO,
            PERIOD,
            *(key_parameter(name) for name in ("stream", "department", "service", "version")),
            OpenApiParameter(
                "time", OpenApiTypes.STR, enum=["working", "calendar"],
                description="The kind of time its sentence speaks of; figures hold both.",
            ),
        ],
        responses=FlowAnswerSerializer,
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        """Answer a question: its sentence and the tables of its page."""
        question = asking.by_slug(slug)
        scope = parse(request.query_params, strict=True)
        assert isinstance(request.user, User)
        found = asking.answer(question, scope, request.user)
        return Response(answers_json.to_json(question, scope, found))
