"""Shapes of public holidays and iCalendar files that are taken into a calendar."""

from typing import Any

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.services.day_files import MAX_BYTES
from governance.services.day_sources import MAX_YEARS
from governance.services.reasons import MAX_REASON


class DaysImportIn(Strict):
    """Public holidays of a country, or the content of an iCalendar file: one of the two."""

    country = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=2,
        help_text="Two letters of ISO 3166-1, such as `IE`.",
    )
    region = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=40,
        help_text="Code of a region of the country, such as `BY`; empty is the whole country.",
    )
    years = serializers.ListField(
        child=serializers.IntegerField(min_value=1970, max_value=2100),
        required=False,
        default=list,
        max_length=MAX_YEARS,
        help_text="Which years' holidays.",
    )
    content = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        max_length=MAX_BYTES,
        trim_whitespace=False,
        help_text="A whole iCalendar file.",
    )
    file_name = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=200,
        help_text="What the file is called; shown beside its days.",
    )
    half_days = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Events of some hours close those hours; without it they are refused.",
    )
    days = serializers.ListField(
        child=serializers.DateField(),
        required=False,
        allow_null=True,
        default=None,
        max_length=2_000,
        help_text="Which days to take; those that are `chosen` without it.",
    )
    apply = serializers.BooleanField(
        required=False, default=False, help_text="Without it nothing is changed."
    )
    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip


class DayRowOut(Out):
    """One day of a source and what it would do."""

    day = serializers.DateField()
    name = serializers.CharField()
    intervals = serializers.ListField(
        child=serializers.CharField(), help_text="What stays open; empty is closed."
    )
    state = serializers.ChoiceField(
        choices=["new", "known", "closed"],
        help_text="Would be added; a day is kept there already; nobody works then anyway.",
    )
    note = serializers.CharField()
    chosen = serializers.BooleanField(help_text="Taken unless `days` says otherwise.")


class DayRefusedOut(Out):
    """An entry that cannot be taken."""

    name = serializers.CharField()
    when = serializers.CharField()
    why = serializers.CharField()


class DaysImportOut(Out):
    """What a source did, or would do."""

    number = serializers.IntegerField(
        allow_null=True, help_text="Takes all of its days out again; null without `apply`."
    )
    rows = DayRowOut(many=True)
    refused = DayRefusedOut(many=True)


class TakenOut(Out):
    """Days that were taken together and are still there."""

    number = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="label")
    source = serializers.ChoiceField(choices=["holidays", "file"])  # type: ignore[assignment]
    applied = serializers.DateTimeField(source="applied_at")


class TakenListOut(Out):
    """All of a calendar, the last first."""

    imports = TakenOut(many=True)


def shown(number: int | None, plan: Any) -> dict[str, Any]:
    """A plan as it is told."""
    return {"number": number, "rows": plan.rows, "refused": plan.refused}
