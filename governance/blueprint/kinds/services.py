"""Kinds that say what can be asked for, and the form that asks."""

from datetime import date
from typing import Annotated, Literal, cast

from pydantic import Field

from governance.blueprint.kinds.base import (
    Amount,
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


# Who reads an answer: whoever sees the request (``open`` once stood for its envelope as well), the
# teams it came to and whoever is named on it, or those alone who took a step or decide on it.
Sight = Literal["open", "internal", "personal", "sensitive"]
Privacy = Literal["open", "internal", "personal", "sensitive", "envelope", "content"]
_TODAY: dict[str, Sight] = {"envelope": "open", "content": "internal"}


class ValueStream(ElementSpec):
    """The end-to-end way from a trigger to value for somebody; a critical one has a sponsor."""

    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    trigger: Text
    value: Text
    owner_role: RoleRef | None = None
    promise_s: Seconds | None = None
    outcomes: tuple[OutcomeRef, ...] = ()
    criticality: Literal["normal", "critical"] = "normal"
    sponsor_role: RoleRef | None = None
    review_due: date | None = None


class Service(ElementSpec):
    """Something a department does for others; its owner is accountable for it.

    It serves its own outcomes and those of its stream. Whoever is consulted is asked when somebody
    asks for it, whoever is informed is told when it is done. ``delay_cost`` is what a business day
    later than promised costs, in the organisation's currency.
    """

    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    purpose: Text
    department: DepartmentRef
    owner_role: RoleRef
    consulted_roles: tuple[RoleRef, ...] = ()
    informed_roles: tuple[RoleRef, ...] = ()
    lifecycle: Literal["proposed", "designed", "live", "retiring", "retired"]
    value_stream: ValueStreamRef | None = None
    outcomes: tuple[OutcomeRef, ...] = ()
    category: ChoiceKey | None = None
    synonyms: tuple[Name, ...] = ()
    summary: Text = ""
    help: Text = ""
    review_due: date | None = None
    delay_cost: Amount | None = None


class Option(Spec):
    """One answer of a choice."""

    key: ChoiceKey
    label: Name
    help: Text = ""


class FormField(Spec):
    """One question of a form; its key is the case variable that conditions use.

    ``maps_to`` is what it stands for wherever it is asked, such as the cost centre of whoever asks;
    ``privacy`` and the stages of ``visible_at`` say who reads the answer beside whoever asked.
    """

    key: VariableName
    label: Name
    type: FieldType
    required: bool = False
    maps_to: VariableName | None = None
    when: Expression = ""
    help: Text = ""
    options: tuple[Option, ...] = ()
    placeholder: Annotated[str, Field(max_length=200)] = ""
    privacy: Privacy = "content"
    visible_at: tuple[Key, ...] = ()
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @property
    def sight(self) -> Sight:
        """Who reads the answer, in the words of today."""
        return _TODAY.get(self.privacy) or cast(Sight, self.privacy)

    @property
    def limited(self) -> bool:
        """Whether somebody who sees the request may not read the answer."""
        return bool(self.visible_at) or self.sight in ("personal", "sensitive")


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


class Priority(Spec):
    """How soon a request has to be done, in the words of who asks; what that makes of targets is in
    the clock policies.

    A request gets the first priority whose condition its answers meet; without one it is as usual.
    One without a condition is only ever given by the team that works on it.
    """

    key: Key
    name: Name
    when: Expression = ""


class Offering(ElementSpec):
    """The way a service can be asked for: promise, form and workflow.

    ``reopen_days`` are the working days in which what was delivered can be reopened; then it
    closes by itself.
    """

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
    reopen_days: Annotated[int, Field(ge=0, le=90)] = 10
    priorities: Annotated[tuple[Priority, ...], Field(max_length=20)] = ()
