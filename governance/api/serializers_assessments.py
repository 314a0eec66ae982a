"""Shapes of assessments of maturity."""

from typing import Any, ClassVar

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.blueprint.adoption.questions import QUESTIONS
from governance.models import Assessment
from governance.services.assessments import MAX_PEOPLE, MAX_TITLE


class QuestionOut(Out):
    """A question with its level by facts and by answers; null where there is nothing to show."""

    code = serializers.CharField(source="question.code")
    says = serializers.CharField(source="question.says")
    computed = serializers.IntegerField(source="computed.level", allow_null=True, default=None)
    answered = serializers.FloatField(allow_null=True, help_text="Median of five and more.")
    n = serializers.IntegerField(help_text="How many answered; 0 below five.")
    difference = serializers.FloatField(allow_null=True)


class PartOut(Out):
    """One of people, process, technology, governance: medians of its questions."""

    part = serializers.CharField()
    computed = serializers.FloatField(allow_null=True)
    answered = serializers.FloatField(allow_null=True)
    questions = QuestionOut(many=True)


class AssessmentOut(Out):
    """An assessment; its figures stand once it is closed, for who may read them."""

    moving: ClassVar[tuple[str, ...]] = ("state", "answered")

    number = serializers.IntegerField(source="row.pk")
    ref = serializers.CharField(source="row.ref")
    title = serializers.CharField(source="row.title")
    of = serializers.ChoiceField(choices=Assessment.Of.choices, source="row.of")
    key = serializers.CharField(source="row.key")
    until = serializers.DateField(source="row.until")
    state = serializers.ChoiceField(choices=Assessment.State.choices, source="row.state")
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    version = serializers.CharField(source="row.version")
    computed = serializers.FloatField(source="result.overall", allow_null=True, default=None)
    felt = serializers.FloatField(source="result.felt", allow_null=True, default=None)
    parts = serializers.SerializerMethodField()

    def get_parts(self, row: Any) -> list[dict[str, Any]]:
        """The four parts, empty before there are figures."""
        return [PartOut(part).data for part in row.result.parts] if row.result else []


class AssessmentIn(Strict):
    """What it is about, whom it asks, and until when."""

    title = serializers.CharField(max_length=MAX_TITLE)
    of = serializers.ChoiceField(choices=Assessment.Of.choices)
    key = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    until = serializers.DateField(help_text="The last day to answer.")
    people = serializers.ListField(
        child=serializers.CharField(max_length=254), min_length=1, max_length=MAX_PEOPLE,
        help_text="Keys, mail addresses or full names.",
    )  # fmt: skip


class LevelsIn(Strict):
    """Levels from 0 to 5 by question; what is left out says that one cannot tell."""

    levels = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=5),
        help_text="By code: " + ", ".join(f"`{one.code}`" for one in QUESTIONS) + ".",
    )
