"""Kinds that say who decides what, and what nobody may combine."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from governance.blueprint.kinds.base import (
    Amount,
    ChoiceKey,
    Currency,
    DecisionTypeRef,
    DepartmentRef,
    ElementSpec,
    Expression,
    GovernanceBodyRef,
    Name,
    RoleRef,
    Seconds,
    ServiceRef,
    SiteRef,
    Text,
    VariableName,
    Yes,
)

Part = Literal["decide", "recommend", "agree", "input", "perform"]
PARTS: tuple[Part, ...] = ("decide", "recommend", "agree", "input", "perform")


# How several people decide: one of them for all, more than half, everybody, or nobody against it.
Rule = Literal["single", "majority", "unanimity", "consent"]
Count = Annotated[int, Field(ge=1, le=1000)]
SPLIT_DAYS = 30


class DecisionType(ElementSpec):
    """A question that comes up again and again.

    Amounts that were split are added up over ``split_days``: 30 where the unit is money and the
    file says nothing, 0 switches it off. ``party_field`` and ``risk_field`` name the answers that
    say with whom it is done and of which risk it is; ``risk_classes`` are those that occur.
    Amounts below ``bulk_below`` may be decided several at once, without it one by one.
    ``about`` marks the types that change the model itself, grant waivers or change promises.
    ``silence_consents`` takes who was asked, could be reached and said nothing as one who consents.
    """

    code: Annotated[str, Field(max_length=20)] = ""
    question: Name
    verb: Name = "Approve"
    about: Literal["model", "waiver", "promise"] | None = None
    unit: Literal["amount", "count", "percentage", "none"]
    currency: Currency | None = None
    latency_s: Seconds
    split_days: Annotated[int, Field(ge=0, le=3650)] = 0
    party_field: VariableName | None = None
    risk_field: VariableName | None = None
    risk_classes: tuple[ChoiceKey, ...] = ()
    requester_excluded: bool = True
    fallback_role: RoleRef | None = None
    bulk_below: Amount | None = None
    silence_consents: Yes = None

    @model_validator(mode="before")
    @classmethod
    def _split_money(cls, data: Any) -> Any:
        # Written into the content, so that another usual number changes no published version.
        if isinstance(data, Mapping) and data.get("unit") == "amount":
            return {"split_days": SPLIT_DAYS, **data}
        return data


class DecisionRight(ElementSpec):
    """The part a role or a body plays in a type of decision, within a scope and a band [min, max).

    The more of department, service, category, site, risk and condition it names, the more specific
    it is. ``pre_authorised`` allows what is in its band without asking anybody.
    """

    decision_type: DecisionTypeRef
    role: RoleRef | None = None
    body: GovernanceBodyRef | None = None
    part: Part
    min: Amount | None = None
    max: Amount | None = None
    department: DepartmentRef | None = None
    service: ServiceRef | None = None
    category: ChoiceKey | None = None
    site: SiteRef | None = None
    risk: ChoiceKey | None = None
    when: Expression = ""
    pre_authorised: Yes = None
    rule: Rule | None = None
    quorum: Count | None = None
    latency_s: Seconds | None = None
    order: int = 0

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.role is not None and self.body is not None:
            raise ValueError("it belongs to a role or to a body, not to both")
        if self.pre_authorised:
            if self.part != "decide":
                raise ValueError("only deciding is allowed beforehand")
            if self.body is not None or self.rule is not None or self.quorum is not None:
                raise ValueError("what is allowed beforehand is decided by no body")
        elif self.role is None and self.body is None:
            raise ValueError("it names neither a role nor a body")
        return self


class GovernanceBody(ElementSpec):
    """Roles that decide together: by which rule, with how many, how often they meet."""

    name: Name
    purpose: Text = ""
    members: Annotated[tuple[RoleRef, ...], Field(min_length=1)]
    chair: RoleRef | None = None
    rule: Rule = "majority"
    quorum: Count | None = None
    rhythm: Text = ""


class SodRule(ElementSpec):
    """Two things that one person must not hold (static) or do in one case (dynamic).

    Sides of a static rule are roles; of a dynamic one what somebody does in the case (requester,
    beneficiary, recommender, agreer, adviser, performer, decider), roles or types of decision.
    Without ``decision_types`` it holds for all of them. A warning is said and bars nobody.
    """

    kind: Literal["static", "dynamic"]
    a: ChoiceKey
    b: ChoiceKey
    severity: Literal["blocker", "error", "warning"] = "error"
    decision_types: tuple[DecisionTypeRef, ...] = ()
    compensating_control: Text = ""
    note: Text = ""


class Policy(ElementSpec):
    """A rule people work by, where it comes from and when it is to be looked at again."""

    statement: Text
    kind: Literal["principle", "rule", "law"]
    owner_role: RoleRef
    source: Text = ""
    review_due: date | None = None
