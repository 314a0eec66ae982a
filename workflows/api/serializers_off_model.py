"""Shapes of work outside the model."""

from rest_framework import serializers

from esm.common.api.fields import DurationField, MaybeNamedField, NamedField
from esm.common.api.serializers import Out


class OffModelOut(Out):
    """One entry."""

    number = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    note = serializers.CharField()
    day = serializers.DateField()
    took = DurationField(source="seconds")
    team = NamedField()
    department = MaybeNamedField(help_text="For whom; null for the team itself.")
    by = NamedField(source="person")


class OffModelShareOut(Out):
    """How much it was for one department."""

    department = MaybeNamedField()
    entries = serializers.IntegerField(source="n")
    took = DurationField(source="seconds")


class OffModelSummaryOut(Out):
    """How much it was in 90 days; all of it 0 where too few to tell."""

    team = NamedField()
    entries = serializers.IntegerField(source="n")
    took = DurationField(source="seconds")
    departments = OffModelShareOut(many=True, source="shares")
