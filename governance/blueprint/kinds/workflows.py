"""Kinds that say how work goes and what teams agreed about passing it on."""

from typing import Annotated, Literal

from pydantic import Field

from governance.blueprint.kinds.base import (
    DecisionTypeRef,
    ElementSpec,
    Expression,
    Key,
    Name,
    RoleRef,
    Seconds,
    Spec,
    TeamRef,
    TechnologyRef,
    Text,
    ValueStreamRef,
    WorkflowRef,
)

StageKind = Literal["start", "end", "work", "decision", "wait", "fork", "join"]


class ChecklistItem(Spec):
    """One thing to do or look at on a step; an open *must* keeps the step from being finished."""

    key: Key
    text: Annotated[str, Field(min_length=1, max_length=300)]
    severity: Literal["must", "should"] = "must"
    when: Expression = ""
    help: Text = ""


class Stage(Spec):
    """A step of a workflow; start, end, fork and join only steer."""

    key: Key
    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    kind: StageKind
    team: TeamRef | None = None
    accountable_role: RoleRef | None = None
    responsible_roles: tuple[RoleRef, ...] = ()
    est_touch_s: Seconds = 0
    complete_s: Seconds | None = None
    decision_type: DecisionTypeRef | None = None
    when: Expression = ""
    instructions: Text = ""
    output: Text = ""
    technologies: tuple[TechnologyRef, ...] = ()
    checklist: Annotated[tuple[ChecklistItem, ...], Field(max_length=50)] = ()


class Flow(Spec):
    """A way from one stage to another."""

    source: Key
    target: Key
    when: Expression = ""
    default: bool = False
    kind: Literal["forward", "rework"] = "forward"


class Workflow(ElementSpec):
    """The executable definition of a way of working."""

    name: Name
    value_stream: ValueStreamRef
    stages: Annotated[tuple[Stage, ...], Field(max_length=300)]
    flows: Annotated[tuple[Flow, ...], Field(max_length=2_000)]


class Criterion(Spec):
    """One thing that must (or should) hold before work is handed over."""

    key: Key
    text: Text
    kind: Literal["field", "expression", "attachment", "manual"]
    field: Annotated[str, Field(max_length=60)] = ""
    expression: Expression = ""
    severity: Literal["must", "should"] = "must"
    return_reason: Annotated[str, Field(max_length=100)] = ""


class ReturnReason(Spec):
    """A reason the receiver may give for sending work back."""

    key: Key
    text: Text


class HandoffAgreement(ElementSpec):
    """What giver and receiver agreed about passing work on."""

    giver_team: TeamRef
    receiver_team: TeamRef
    stage: Key | None = None
    workflow: WorkflowRef | None = None
    respond_s: Seconds = 14_400
    complete_s: Seconds | None = None
    clarify_s: Seconds = 14_400
    criteria: tuple[Criterion, ...] = ()
    return_reasons: tuple[ReturnReason, ...] = ()
    accept_mode: Literal["explicit", "auto_if_complete"] = "explicit"
    allow_override: bool = False
    escalation_role: RoleRef | None = None
    signed_by: tuple[RoleRef, ...] = ()


class ClockPolicy(ElementSpec):
    """When a clock warns and who hears of it."""

    metric: Literal["respond", "complete", "promise", "decision"]
    warn_at: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (50, 75, 90)
    escalate_to: tuple[RoleRef, ...] = ()
