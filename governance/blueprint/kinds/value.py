"""Kinds that say what it is all for and what it runs on."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from governance.blueprint.kinds.base import (
    Amount,
    ElementSpec,
    Key,
    Name,
    ObjectiveRef,
    OutcomeRef,
    RoleRef,
    ServiceRef,
    Spec,
    Text,
    ValueStreamRef,
    WorkflowRef,
)
from governance.blueprint.weeks import WeekDate


class Support(Spec):
    """What a technology does for a stage or a service.

    `workflow` is needed only where several workflows have a stage of that key.
    """

    stage: Key | None = None
    workflow: WorkflowRef | None = None
    service: ServiceRef | None = None
    mode: Literal["automates", "supports", "records", "informs"]


class Technology(ElementSpec):
    """A system, device or automation that work runs on."""

    name: Name
    kind: Literal["application", "platform", "device", "automation", "ai_model", "integration"]
    lifecycle: Literal["idea", "trial", "adopted", "contain", "retire"]
    owner_role: RoleRef
    supplier: Annotated[str, Field(max_length=200)] = ""
    annual_cost: Amount | None = None
    since: date | WeekDate | None = None
    supports: tuple[Support, ...] = ()


class Objective(ElementSpec):
    """Something the organisation wants to reach."""

    code: Annotated[str, Field(max_length=20)]
    title: Name
    owner_role: RoleRef


class Outcome(ElementSpec):
    """What is better for whom."""

    statement: Text
    beneficiary: Literal["customer", "employee", "supplier", "authority", "organisation"]
    objectives: tuple[ObjectiveRef, ...]
    owner_role: RoleRef


class Measure(ElementSpec):
    """How we see that an outcome is coming true."""

    name: Name
    outcome: OutcomeRef
    unit: Name
    direction: Literal["up", "down", "maintain"]
    kind: Literal["leading", "lagging"] = "lagging"
    source: Text
    baseline: Amount | None = None
    target: Amount | None = None
    value_stream: ValueStreamRef | None = None
