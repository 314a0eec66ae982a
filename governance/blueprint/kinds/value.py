"""Kinds that say what it is all for and what it runs on."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from governance.blueprint.kinds.base import (
    Amount,
    DecisionTypeRef,
    ElementSpec,
    Key,
    MeasureRef,
    Name,
    ObjectiveRef,
    OutcomeRef,
    PolicyRef,
    RoleRef,
    ServiceRef,
    Spec,
    TechnologyRef,
    Text,
    ValueStreamRef,
    WorkflowRef,
    Yes,
)
from governance.blueprint.measuring.figures import FigureKey, figure_key
from governance.blueprint.weeks import WeekDate

Day = date | WeekDate
Query = Annotated[FigureKey | None, BeforeValidator(figure_key)]


class Support(Spec):
    """What a technology does for a stage, a service or a role, and how well from 1 to 5.

    `workflow` is needed only where several workflows have a stage of that key.
    """

    stage: Key | None = None
    workflow: WorkflowRef | None = None
    service: ServiceRef | None = None
    role: RoleRef | None = None
    mode: Literal["automates", "supports", "records", "informs"]
    fit: Annotated[int, Field(ge=1, le=5)] | None = None


class StrategyLink(Spec):
    """What a technology has to do with an objective."""

    objective: ObjectiveRef
    stance: Literal["enables", "required_by"]
    note: Text = ""


class Technology(ElementSpec):
    """A system, device or automation that work runs on.

    One that is ``emergent`` acts by itself: what it may do stands in ``policies`` and
    ``decision_types``. ``strategy`` says which objectives it is for, ``no_strategy`` why it is for
    none.
    """

    name: Name
    kind: Literal["application", "platform", "device", "automation", "ai_model", "integration"]
    lifecycle: Literal["idea", "trial", "adopted", "contain", "retire"]
    owner_role: RoleRef | None = None
    supplier: Annotated[str, Field(max_length=200)] = ""
    annual_cost: Amount | None = None
    data_classes: tuple[Name, ...] = ()
    emergent: Yes = None
    policies: tuple[PolicyRef, ...] = ()
    decision_types: tuple[DecisionTypeRef, ...] = ()
    strategy: tuple[StrategyLink, ...] = ()
    no_strategy: Text = ""
    since: Day | None = None
    review_due: date | None = None
    supports: tuple[Support, ...] = ()


class Objective(ElementSpec):
    """Something the organisation wants to reach; ``no_technology`` says why it needs none.

    ``weight`` says from 1 to 5 how much it matters beside the others; 3 where it is empty.
    """

    code: Annotated[str, Field(max_length=20)]
    title: Name
    owner_role: RoleRef
    parent: ObjectiveRef | None = None
    period: Annotated[str, Field(max_length=60)] = ""
    weight: Annotated[int, Field(ge=1, le=5)] | None = None
    no_technology: Text = ""


class Outcome(ElementSpec):
    """What is better for whom."""

    statement: Text
    beneficiary: Literal["customer", "employee", "supplier", "authority", "organisation"]
    objectives: tuple[ObjectiveRef, ...]
    owner_role: RoleRef


class Measure(ElementSpec):
    """How we see that an outcome is coming true.

    It is tracked once it has unit, direction, a baseline with the days it was taken over, a target
    with the day it is due, an owner and a source. ``query`` names the figure that is computed for
    its stream; without it somebody enters what was observed, or a program does.
    """

    name: Name
    outcome: OutcomeRef
    unit: Name
    direction: Literal["up", "down", "maintain"]
    kind: Literal["leading", "lagging"] = "lagging"
    source: Text
    source_kind: Literal["computed", "manual", "api"] | None = None
    query: Query = None
    stage: Key | None = None
    frequency: Literal["day", "week", "month", "quarter"] | None = None
    owner_role: RoleRef | None = None
    baseline: Amount | None = None
    baseline_from: Day | None = None
    baseline_to: Day | None = None
    baseline_n: Annotated[int, Field(ge=1)] | None = None
    target: Amount | None = None
    target_due: Day | None = None
    value_stream: ValueStreamRef | None = None


class Benefit(ElementSpec):
    """What somebody promised would get better, of one of four kinds, and who answers for it.

    Its measures say from what to what. A promise without a measure cannot be checked.
    """

    title: Name
    promise: Text = ""
    type: Literal["tangible", "intangible", "dis_benefit"] = "tangible"
    promise_kind: Literal["speed", "accuracy", "productivity", "efficiency", "other"]
    technology: TechnologyRef | None = None
    measures: tuple[MeasureRef, ...] = ()
    accountable_role: RoleRef | None = None
    responsible_role: RoleRef | None = None
    due: Day | None = None
    value_per_unit: Amount | None = None
