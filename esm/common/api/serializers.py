"""Shapes of what comes in and what goes out. They check shape; rules belong to services."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

UNKNOWN = "This is not asked for here."
# Calendars and zones say nothing about other years, and some cannot be stored.
YEARS = range(1900, 2201)
FAR = f"Give a day of the years {YEARS[0]} to {YEARS[-1]}."


class Out(serializers.Serializer[Any]):
    """Something the API tells; ``moving`` names its figures that run with the clock."""

    moving: ClassVar[tuple[str, ...]] = ()


class Strict(serializers.Serializer[Any]):
    """Something the API takes: a field nobody knows is refused with its place, never dropped."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            errors = {name: [UNKNOWN] for name in data if name not in known}
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            if not errors or not isinstance(refused.detail, dict):
                raise
            raise serializers.ValidationError({**refused.detail, **errors}) from None
        for name, given in value.items():
            if isinstance(given, date) and given.year not in YEARS:
                errors[name] = [FAR]
        if errors:
            raise serializers.ValidationError(errors)
        return value


@cache
def _kept(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One object of a shape for the process: its fields cost more to build than to use.

    Reading and telling by it leave nothing on it, so that threads may share it.
    """
    return shape()


def read(shape: type[Strict], data: Any) -> dict[str, Any]:
    """What was sent, checked. Raises ValidationError with a pointer for each field."""
    try:
        return dict(_kept(shape).run_validation(data))
    except serializers.ValidationError:
        # Refusals are worded by an object of their own.
        found = shape(data=data)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)


def tell(shape: type[Out], thing: Any) -> dict[str, Any]:
    """One thing as its shape."""
    found: dict[str, Any] = _kept(shape).to_representation(thing)
    return found


class Nothing(Strict):
    """A command that needs no more than its address."""


class NoQuery(Strict):
    """No parameters."""


class PageQuery(Strict):
    """Where a page of a list begins and how long it is."""

    cursor = serializers.CharField(
        required=False, max_length=500, help_text="From `next` of the page before."
    )
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=200, help_text="At most 200."
    )


class StrictExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in the schema that unknown fields are refused."""

    target_class = "esm.common.api.serializers.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        return {**found, "additionalProperties": False}
