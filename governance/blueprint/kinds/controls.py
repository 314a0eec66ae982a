"""The kind that makes a policy checkable: what must hold, where, and what becomes of a breach."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from governance.blueprint.kinds.base import (
    ChoiceKey,
    DecisionTypeRef,
    ElementSpec,
    Expression,
    Name,
    PolicyRef,
    RoleRef,
    Text,
    WorkflowRef,
)

At = Literal["decision", "stage", "assignment", "publish"]
PLACES: tuple[At, ...] = ("decision", "stage", "assignment", "publish")
# Which fields narrow a place down.
NARROWED_BY = {"decision_types": "decision", "workflow": "stage", "stage": "stage",
               "roles": "assignment"}  # fmt: skip
MAX_WAIVER_DAYS = 180


class Control(ElementSpec):
    """What must hold so that a policy is kept: at deciding, at a step, when a role is given, when
    a model is published.

    ``test`` is true where it is kept; what has no value keeps nothing. Without a test somebody
    looks at the evidence by hand. ``prevent`` refuses what breaks it, ``detect`` finds it at night.
    Without types, workflow or roles it holds for all of them. ``waiver_days`` is how long it may be
    waived at most: 180 where nothing is said, never where it is 0.
    """

    policy: PolicyRef
    clause: Name
    at: At
    decision_types: tuple[DecisionTypeRef, ...] = ()
    workflow: WorkflowRef | None = None
    stage: ChoiceKey | None = None
    roles: tuple[RoleRef, ...] = ()
    test: Expression = ""
    mode: Literal["prevent", "detect"]
    severity: Literal["blocker", "error", "warning"] = "error"
    evidence: Text = ""
    frequency: Text = ""
    waiver_days: Annotated[int, Field(ge=0, le=MAX_WAIVER_DAYS)] | None = None

    @model_validator(mode="after")
    def _fits_its_place(self) -> Self:
        for name, place in NARROWED_BY.items():
            if getattr(self, name) and self.at != place:
                raise ValueError(f"`{name}` belongs to a control at `{place}`, not `{self.at}`")
        if self.stage is not None and self.workflow is None:
            raise ValueError("it names a stage, but no workflow")
        if self.mode == "prevent" and not self.test.strip():
            raise ValueError("nothing is prevented without a `test`; detect it by hand instead")
        return self

    @property
    def longest_days(self) -> int:
        """How many days it may be waived at most; 0 is never."""
        return MAX_WAIVER_DAYS if self.waiver_days is None else self.waiver_days
