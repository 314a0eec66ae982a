"""How values are written in the API, the same way everywhere."""

import re
from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,2})?", re.ASCII)


def iso_duration(seconds: int) -> str:
    """ISO 8601 in hours, minutes and seconds: a day of business time is no 24 hours."""
    sign = "-" if seconds < 0 else ""
    minutes, s = divmod(abs(seconds), 60)
    h, m = divmod(minutes, 60)
    parts = "".join(f"{n}{unit}" for n, unit in ((h, "H"), (m, "M"), (s, "S")) if n)
    return f"{sign}PT{parts or '0S'}"


def _object(properties: dict[str, Any], nullable: bool = False) -> dict[str, Any]:
    return {
        "type": ["object", "null"] if nullable else "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


@extend_schema_field(
    _object(
        {
            "iso8601": {"type": "string", "examples": ["PT4H"]},
            "seconds": {"type": "integer"},
        }
    )
)
class DurationField(serializers.Field[int, Any, dict[str, Any], Any]):
    """Seconds as ISO 8601 and as a number. Targets and clocks count business seconds."""

    def to_representation(self, value: int) -> dict[str, Any]:
        return {"iso8601": iso_duration(value), "seconds": value}


@extend_schema_field(
    {
        **_object(
            {
                "amount": {"type": "string", "examples": ["200000.00"]},
                "currency": {"type": "string", "description": "ISO 4217, empty for none."},
            },
            nullable=True,
        )
    }
)
class MoneyField(serializers.Field[Any, Any, dict[str, str] | None, Any]):
    """The amount and currency of a row; null where there is no amount."""

    def __init__(self, *, of: str = "*", **rest: Any) -> None:
        super().__init__(source=of, read_only=True, **rest)

    def to_representation(self, value: Any) -> dict[str, str] | None:
        amount: Decimal | None = value.amount
        if amount is None:
            return None
        return {"amount": format(amount, "f"), "currency": value.currency or ""}


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,18}(\.[0-9]{1,2})?$"})
class AmountField(serializers.Field[Decimal, Any, str, Any]):
    """A decimal amount that is asked about: digits, at most two places, nothing else."""

    default_error_messages = {"amount": "Write an amount in digits, such as 200000.00."}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not _DECIMAL.fullmatch(data):
            self.fail("amount")
        return Decimal(data)


_REF = {"key": {"type": "string"}, "name": {"type": "string"}}


@extend_schema_field(_object(_REF))
class NamedField(serializers.Field[Any, Any, dict[str, str], Any]):
    """Something with a stable key and a name."""

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"key": value.key, "name": value.name}


@extend_schema_field(_object(_REF))
class MaybeNamedField(NamedField):
    """The same, or null."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(allow_null=True, **rest)


@extend_schema_field(OpenApiTypes.OBJECT)
class PlainField(serializers.Field[Any, Any, Any, Any]):
    """JSON as it is stored."""

    def to_representation(self, value: Any) -> Any:
        return value
