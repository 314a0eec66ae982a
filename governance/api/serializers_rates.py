"""Shapes of exchange rates."""

from rest_framework import serializers

from esm.common.api.serializers import Out, PageQuery, Strict
from governance.services.rates import MAX_ORIGIN
from governance.services.reasons import MAX_REASON

CODE = r"^[A-Z]{3}$"


class RatesQuery(PageQuery):
    """Which rates."""

    source = serializers.RegexField(  # type: ignore[assignment]
        CODE, required=False, help_text="Only from this currency."
    )
    target = serializers.RegexField(CODE, required=False, help_text="Only into this currency.")
    replaced = serializers.BooleanField(
        required=False, default=False, help_text="Also those that were replaced."
    )


class RateOut(Out):
    """What one unit of `source` was worth in `target` on a day."""

    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    day = serializers.DateField()
    rate = serializers.DecimalField(max_digits=20, decimal_places=10, normalize_output=True)
    origin = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    replaced_at = serializers.DateTimeField(
        allow_null=True, help_text="What was asked for before this moment keeps it."
    )


class RateIn(Strict):
    """A rate of a day; one that is kept for this pair and day is replaced from now on."""

    source = serializers.RegexField(CODE, help_text="ISO 4217, such as GBP.")  # type: ignore[assignment]
    target = serializers.RegexField(CODE)
    day = serializers.DateField()
    rate = serializers.RegexField(
        r"^[0-9]{1,10}(\.[0-9]{1,10})?$", help_text="Digits as text, such as `1.1786`."
    )
    origin = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_ORIGIN,
        help_text="Who published it.",
    )  # fmt: skip
    reason = serializers.CharField(max_length=MAX_REASON, help_text="Why; kept with the change.")
