"""Kinds that say what can be asked for, and the form that asks."""

from typing import Annotated, Literal

from pydantic import Field

from governance.blueprint.kinds.base import (
    CalendarRef,
    ChoiceKey,
    Currency,
    DepartmentRef,
    ElementSpec,
    Expression,
    Key,
    Name,
    OutcomeRef,
    RoleRef,
    Seconds,
    ServiceRef,
    SiteRef,
    Spec,
    Text,
    ValueStreamRef,
    VariableName,
    WorkflowRef,
)

FieldType = Literal[
    "text", "textarea", "money", "number", "choice", "choices", "boolean", "date", "file"
]


class ValueStream(ElementSpec):
    """The end-to-end way from a trigger to value for somebody."""

    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    trigger: Text
    value: Text
    owner_role: RoleRef | None = None
    promise_s: Seconds | None = None
    outcomes: tuple[OutcomeRef, ...] = ()
    criticality: Literal["normal", "critical"] = "normal"


class Service(ElementSpec):
    """Something a department does for others."""

    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    purpose: Text
    department: DepartmentRef
    owner_role: RoleRef
    lifecycle: Literal["proposed", "designed", "live", "retiring", "retired"]
    value_stream: ValueStreamRef | None = None
    synonyms: tuple[Name, ...] = ()
    summary: Text = ""
    help: Text = ""


class Option(Spec):
    """One answer of a choice."""

    key: ChoiceKey
    label: Name
    help: Text = ""


class FormField(Spec):
    """One question of a form; its key is the case variable that conditions use."""

    key: VariableName
    label: Name
    type: FieldType
    required: bool = False
    when: Expression = ""
    help: Text = ""
    options: tuple[Option, ...] = ()
    placeholder: Annotated[str, Field(max_length=200)] = ""
    privacy: Literal["envelope", "content"] = "content"
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Section(Spec):
    """One page of a form."""

    key: Key
    title: Name
    fields: tuple[FormField, ...]


class Form(Spec):
    """What a requester is asked."""

    sections: tuple[Section, ...]

    def all_fields(self) -> tuple[FormField, ...]:
        """Every field in the order of the form."""
        return tuple(field for section in self.sections for field in section.fields)


class Offering(ElementSpec):
    """The way a service can be asked for: promise, form and workflow."""

    service: ServiceRef
    name: Name
    workflow: WorkflowRef
    promise_s: Seconds
    calendar: CalendarRef
    you_get: tuple[Text, ...]
    we_need: tuple[Text, ...]
    audience: tuple[DepartmentRef, ...] = ()
    audience_roles: tuple[RoleRef, ...] = ()
    audience_sites: tuple[SiteRef, ...] = ()
    synonyms: tuple[Name, ...] = ()
    form: Form
    title_field: VariableName
    amount_field: VariableName | None = None
    currency: Currency | None = None
    confidential: bool = False
    on_behalf: Literal["none", "department", "anyone"] = "none"
