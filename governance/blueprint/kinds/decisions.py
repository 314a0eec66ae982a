"""Kinds that say who decides what, and what nobody may combine."""

from typing import Annotated, Literal

from pydantic import Field

from governance.blueprint.kinds.base import (
    Amount,
    ChoiceKey,
    Currency,
    DecisionTypeRef,
    DepartmentRef,
    ElementSpec,
    Expression,
    Name,
    RoleRef,
    Seconds,
    ServiceRef,
    Text,
)

Part = Literal["decide", "recommend", "agree", "input", "perform"]
PARTS: tuple[Part, ...] = ("decide", "recommend", "agree", "input", "perform")


class DecisionType(ElementSpec):
    """A question that comes up again and again."""

    code: Annotated[str, Field(max_length=20)] = ""
    question: Name
    verb: Name = "Approve"
    unit: Literal["amount", "count", "none"]
    currency: Currency | None = None
    latency_s: Seconds
    split_days: Annotated[int, Field(ge=0, le=3650)] = 0
    requester_excluded: bool = True
    fallback_role: RoleRef | None = None


class DecisionRight(ElementSpec):
    """The part a role plays in a type of decision, within a scope and a band [min, max)."""

    decision_type: DecisionTypeRef
    role: RoleRef
    part: Part
    min: Amount | None = None
    max: Amount | None = None
    department: DepartmentRef | None = None
    service: ServiceRef | None = None
    when: Expression = ""
    order: int = 0


class SodRule(ElementSpec):
    """Two things that one person must not hold (static) or do in one case (dynamic)."""

    kind: Literal["static", "dynamic"]
    a: ChoiceKey
    b: ChoiceKey
    severity: Literal["blocker", "error", "warning"] = "error"
    note: Text = ""


class Policy(ElementSpec):
    """A rule people work by."""

    statement: Text
    kind: Literal["principle", "rule", "law"]
    owner_role: RoleRef
