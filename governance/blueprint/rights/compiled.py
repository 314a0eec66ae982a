"""The rules of one type of decision, taken from a model once and kept with it."""

from collections import defaultdict
from collections.abc import Mapping

from governance.blueprint.blueprint import Blueprint, UnknownElement
from governance.blueprint.kinds import (
    DecisionRight,
    DecisionType,
    GovernanceBody,
    SodRule,
)
from governance.blueprint.kinds import Role as RoleSpec
from governance.blueprint.rights.facts import (
    DIMENSIONS,
    Body,
    Kind,
    Narrows,
    Right,
    Role,
    Rules,
    Separation,
)


def rules_of(bp: Blueprint, decision_type: str) -> Rules:
    """What a model says about a type of decision. Raises UnknownElement."""
    by_type: dict[str, Rules] = bp.memo("rules", lambda: _all(bp))
    try:
        return by_type[decision_type]
    except KeyError:
        raise UnknownElement("DecisionType", decision_type) from None


def _all(bp: Blueprint) -> dict[str, Rules]:
    rights: dict[str, list[Right]] = defaultdict(list)
    for key, spec in bp.find(DecisionRight).items():
        rights[spec.decision_type].append(right_of(key, spec))
    roles = {
        key: Role(key, spec.name, "" if spec.focus == "none" else spec.focus)
        for key, spec in bp.find(RoleSpec).items()
    }
    bodies = {key: body_of(key, spec) for key, spec in bp.find(GovernanceBody).items()}
    separations = bp.find(SodRule)
    last_resort = bp.organisation().last_resort
    return {
        key: Rules(
            kind=kind_of(key, spec),
            rights=tuple(rights[key]),
            last_resort=last_resort,
            roles=roles,
            bodies=bodies,
            separations=separations_of(key, separations),
        )
        for key, spec in bp.find(DecisionType).items()
    }


def kind_of(key: str, spec: DecisionType) -> Kind:
    """A type of decision as the resolver knows it."""
    return Kind(
        key=key,
        name=f"{spec.code} {spec.question}".strip(),
        unit=spec.unit,
        latency_s=spec.latency_s,
        currency=spec.currency or "",
        split_days=spec.split_days,
        requester_excluded=spec.requester_excluded,
        fallback_role=spec.fallback_role,
    )


def narrows_of(spec: DecisionRight) -> Narrows:
    """The scope of a right."""
    named = ((name, getattr(spec, name)) for name in DIMENSIONS)
    return tuple((name, str(value)) for name, value in named if value is not None)


def right_of(key: str, spec: DecisionRight) -> Right:
    """A right as the resolver knows it."""
    return Right(
        key=key,
        part=spec.part,
        role=spec.role,
        body=spec.body,
        low=spec.min,
        high=spec.max,
        narrows=narrows_of(spec),
        when=spec.when,
        pre_authorised=bool(spec.pre_authorised),
        rule=spec.rule,
        quorum=spec.quorum,
        latency_s=spec.latency_s,
        order=spec.order,
    )


def body_of(key: str, spec: GovernanceBody) -> Body:
    """A body as the resolver knows it."""
    return Body(key, spec.name, spec.members, spec.chair, spec.rule, spec.quorum)


def separations_of(kind: str, specs: Mapping[str, SodRule]) -> tuple[Separation, ...]:
    """The rules of separation that hold for a type of decision."""
    return tuple(
        Separation(key, spec.kind == "static", spec.a, spec.b, spec.severity != "warning")
        for key, spec in specs.items()
        if not spec.decision_types or kind in spec.decision_types
    )
