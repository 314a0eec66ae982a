"""What every kind of element shares: storable values, references, durations, money, conditions."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from governance.blueprint.durations import MAX_SECONDS, parse_duration

KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
CHOICE_PATTERN = r"^[a-z0-9]+([_-][a-z0-9]+)*$"

# jsonb refuses NUL and lone surrogates with a database error; here they get a sentence.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def check_storable(value: object) -> None:
    """Raise ValueError for text or numbers that the database or JSON cannot hold."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise ValueError("text may hold neither NUL nor half of a surrogate pair")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number must be finite")
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a number must be finite")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check_storable(key)
            check_storable(item)
    elif isinstance(value, list | tuple):
        for item in value:
            check_storable(item)


class Spec(BaseModel):
    """Base of every spec and of every part of one. Frozen; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        check_storable(value)
        return value


# Said or not said: what is not said stands in no file.
Yes = Annotated[Literal[True] | None, BeforeValidator(lambda v: None if v is False else v)]


class ElementSpec(Spec):
    """Base of the specs that are elements of their own."""

    schema_version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class RefTo:
    """Marks a field that holds the bare key of an element of `kind`."""

    kind: str

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        schema["x-kind"] = self.kind
        return schema


@dataclass(frozen=True, slots=True)
class Condition:
    """Marks a field that holds an expression over case variables; empty means none."""


def _normal(value: Decimal) -> Decimal:
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Decimal("0") if plain in {"-0", ""} else Decimal(plain)


def _no_float(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("write the number as text or with plain digits")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{value}' is no time zone; write it like 'Europe/Lisbon'") from error
    return value


Key = Annotated[str, Field(pattern=KEY_PATTERN, max_length=100)]
VariableName = Annotated[str, Field(pattern=NAME_PATTERN, max_length=60)]
ChoiceKey = Annotated[str, Field(pattern=CHOICE_PATTERN, max_length=60)]
Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, Field(max_length=60), AfterValidator(_zone)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Seconds = Annotated[
    int,
    BeforeValidator(parse_duration),
    Field(ge=0, le=MAX_SECONDS),
    WithJsonSchema({"type": "integer", "minimum": 0, "x-unit": "business seconds"}),
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    Field(max_digits=20, decimal_places=6, allow_inf_nan=False),
    AfterValidator(_normal),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]
Expression = Annotated[str, Condition(), Field(max_length=500)]

OrganisationRef = Annotated[str, RefTo("Organisation"), Field(pattern=KEY_PATTERN)]
CalendarRef = Annotated[str, RefTo("Calendar"), Field(pattern=KEY_PATTERN)]
SiteRef = Annotated[str, RefTo("Site"), Field(pattern=KEY_PATTERN)]
DepartmentRef = Annotated[str, RefTo("Department"), Field(pattern=KEY_PATTERN)]
TeamRef = Annotated[str, RefTo("Team"), Field(pattern=KEY_PATTERN)]
RoleRef = Annotated[str, RefTo("Role"), Field(pattern=KEY_PATTERN)]
ValueStreamRef = Annotated[str, RefTo("ValueStream"), Field(pattern=KEY_PATTERN)]
ServiceRef = Annotated[str, RefTo("Service"), Field(pattern=KEY_PATTERN)]
WorkflowRef = Annotated[str, RefTo("Workflow"), Field(pattern=KEY_PATTERN)]
SkillRef = Annotated[str, RefTo("Skill"), Field(pattern=KEY_PATTERN)]
CapabilityRef = Annotated[str, RefTo("Capability"), Field(pattern=KEY_PATTERN)]
MeasureRef = Annotated[str, RefTo("Measure"), Field(pattern=KEY_PATTERN)]
ExternalPartyRef = Annotated[str, RefTo("ExternalParty"), Field(pattern=KEY_PATTERN)]
PolicyRef = Annotated[str, RefTo("Policy"), Field(pattern=KEY_PATTERN)]
DecisionTypeRef = Annotated[str, RefTo("DecisionType"), Field(pattern=KEY_PATTERN)]
GovernanceBodyRef = Annotated[str, RefTo("GovernanceBody"), Field(pattern=KEY_PATTERN)]
TechnologyRef = Annotated[str, RefTo("Technology"), Field(pattern=KEY_PATTERN)]
ObjectiveRef = Annotated[str, RefTo("Objective"), Field(pattern=KEY_PATTERN)]
OutcomeRef = Annotated[str, RefTo("Outcome"), Field(pattern=KEY_PATTERN)]
