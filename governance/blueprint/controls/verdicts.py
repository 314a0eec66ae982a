"""Which controls hold at a place, and what they say: kept, waived, violated, or for people to see.

Pure: what is bound is read from a blueprint, values and waivers are given.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from esm.common.expressions import holds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Control, DecisionType, Policy
from governance.blueprint.kinds.controls import At

State = Literal["kept", "waived", "violated", "manual"]
Mode = Literal["prevent", "detect"]
# What a waiver may be narrowed to; nothing is everywhere.
SCOPES = ("", "department", "service", "subject")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something happens: a type of decision, a step of a workflow, a role, or publishing.

    ``scope`` says of what a waiver may be about: keys by kind of scope.
    """

    at: At
    decision_type: str = ""
    workflow: str = ""
    stage: str = ""
    role: str = ""
    scope: Mapping[str, Set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InForce:
    """A waiver that counts now, of a control or of a whole policy."""

    ref: str
    of: Literal["control", "policy"]
    key: str
    scope_kind: str = ""
    scope_key: str = ""

    def covers(self, control: "Bound", place: Place) -> bool:
        """Whether it lets what breaks this control pass at this place."""
        named = control.key if self.of == "control" else control.spec.policy
        if named != self.key:
            return False
        return not self.scope_kind or self.scope_key in place.scope.get(self.scope_kind, ())


@dataclass(frozen=True, slots=True)
class Bound:
    """A control by key, with the statement of its policy."""

    key: str
    spec: Control
    statement: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a control says of one thing; ``waiver`` is the reference of the one that covers it."""

    control: Bound
    state: State
    waiver: str = ""

    @property
    def sentence(self) -> str:
        """The clause of the policy that is broken, with its control."""
        return f"{clause_of(self.control)} is not kept."


def clause_of(control: Bound) -> str:
    """“Who asks never decides” (policy “Four eyes”)."""
    return f"“{control.spec.clause}” (policy “{control.statement.rstrip('.')}”)"


def bound(bp: Blueprint, place: Place, mode: Mode | None = None) -> list[Bound]:
    """The controls of a model that hold at a place, in the order of keys."""
    if not bp.keys(Control.__name__):
        return []
    found = []
    for key, spec in bp.find(Control).items():
        if (mode is None or spec.mode == mode) and _holds_at(spec, place):
            policy = bp.peek(Policy, spec.policy)
            found.append(Bound(key, spec, policy.statement if policy else spec.policy))
    return found


def _holds_at(spec: Control, place: Place) -> bool:
    if spec.at != place.at:
        return False
    return (
        (not spec.decision_types or place.decision_type in spec.decision_types)
        and spec.workflow in (None, place.workflow)
        and spec.stage in (None, place.stage)
        and (not spec.roles or place.role in spec.roles)
    )


def judge(
    controls: Iterable[Bound],
    place: Place,
    values: Mapping[str, Any],
    waivers: Iterable[InForce] = (),
) -> list[Verdict]:
    """What each control says; a waiver counts only where the control is not kept."""
    known = list(waivers)
    return [_one(control, place, values, known) for control in controls]


def _one(
    control: Bound, place: Place, values: Mapping[str, Any], waivers: list[InForce]
) -> Verdict:
    if not control.spec.test.strip():
        return Verdict(control, "manual")
    if holds(control.spec.test, values):
        return Verdict(control, "kept")
    waiver = next((one for one in waivers if one.covers(control, place)), None)
    if waiver is None:
        return Verdict(control, "violated")
    return Verdict(control, "waived", waiver.ref)


def about_waivers(bp: Blueprint, decision_types: Iterable[str]) -> bool:
    """Whether one of these types of decision grants waivers."""
    return any(
        spec is not None and spec.about == "waiver"
        for key in decision_types
        if (spec := bp.peek(DecisionType, key)) is not None
    )


def guards_waivers(bp: Blueprint, spec: Control) -> bool:
    """Whether a control watches over the granting of waivers itself: it can never be waived.

    One that holds for every type of decision watches over them, too; there it is only not waived
    where a waiver is decided.
    """
    return spec.at == "decision" and about_waivers(bp, spec.decision_types)
