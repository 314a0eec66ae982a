"""Whether a type of decision is decided otherwise in another version."""

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType


def decided_otherwise(before: Blueprint, after: Blueprint, decision_type: str) -> bool:
    """The type itself, one of its rights or a body that holds one differs; no query."""
    return _texts(before, decision_type) != _texts(after, decision_type)


def _texts(model: Blueprint, decision_type: str) -> list[str]:
    if model.peek(DecisionType, decision_type) is None:
        return []
    found = [("DecisionType", decision_type)]
    for key, right in model.find(DecisionRight).items():
        if right.decision_type == decision_type:
            found.append(("DecisionRight", key))
            if right.body is not None:
                found.append(("GovernanceBody", str(right.body)))
    return [f"{kind} {key} {model.text(kind, key)}" for kind, key in sorted(set(found))]
