"""Who answers for a finding: the role that is accountable for its subject.

A vacant role is not found in itself: whoever heads its department answers for that. Where nothing
is named, the organisation's last resort does.
"""

from collections.abc import Callable

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.lint.gate import STREAM, homes_of
from governance.blueprint.paths import stages_by_key

Owner = Callable[[Blueprint, str, str], str | None]


def owner_of(bp: Blueprint, one: Finding) -> str:
    """Key of the role; "" only where a model has no organisation yet."""
    find = _OWNERS.get(one.kind)
    found = find(bp, one.key, one.part) if find is not None else None
    if not found and one.kind not in _SELF:
        found = next((owner for key in streams_of(bp, one) if (owner := _stream(bp, key, ""))), "")
    return found or _last_resort(bp)


def streams_of(bp: Blueprint, one: Finding) -> tuple[str, ...]:
    """Keys of the streams its subject belongs to."""
    homes = homes_of(bp).get((one.kind, one.key), ())
    return tuple(sorted(key for kind, key in homes if kind == STREAM))


def _last_resort(bp: Blueprint) -> str:
    keys = bp.keys(kinds.Organisation.__name__)
    return str(bp.organisation().last_resort) if keys else ""


def _stream(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.ValueStream, key)
    return (spec.owner_role or spec.sponsor_role) if spec is not None else None


def _workflow(bp: Blueprint, key: str, part: str) -> str | None:
    """Of a stage who is accountable for it; of the whole, and of what lies between, the stream."""
    spec = bp.peek(kinds.Workflow, key)
    if spec is None:
        return None
    stage = stages_by_key(spec).get(part)
    if stage is not None and stage.accountable_role:
        return stage.accountable_role
    return _stream(bp, spec.value_stream, "")


def _service(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Service, key)
    return spec.owner_role if spec is not None else None


def _offering(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Offering, key)
    return _service(bp, spec.service, "") if spec is not None else None


def _department(bp: Blueprint, key: str | None, _part: str) -> str | None:
    spec = bp.peek(kinds.Department, key)
    while spec is not None and not spec.head_role and spec.parent:
        spec = bp.peek(kinds.Department, spec.parent)
    return spec.head_role if spec is not None else None


def _team(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Team, key)
    return (spec.lead_role or _department(bp, spec.department, "")) if spec is not None else None


def _role(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Role, key)
    head = _department(bp, spec.department, "") if spec is not None else None
    return head if head != key else None


def _agreement(bp: Blueprint, key: str, _part: str) -> str | None:
    """What lies between two teams is the stream's; of none, the receiver's."""
    streams = streams_of(bp, Finding("", "info", kinds.HandoffAgreement.__name__, key, ""))
    spec = bp.peek(kinds.HandoffAgreement, key)
    owners = [owner for stream in streams if (owner := _stream(bp, stream, ""))]
    return owners[0] if owners else (_team(bp, spec.receiver_team, "") if spec else None)


def _policy(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Policy, key)
    return spec.owner_role if spec is not None else None


def _control(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Control, key)
    return _policy(bp, spec.policy, "") if spec is not None else None


def _decision(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.DecisionType, key)
    return spec.fallback_role if spec is not None else None


def _right(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.DecisionRight, key)
    return _decision(bp, spec.decision_type, "") if spec is not None else None


def _body(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.GovernanceBody, key)
    return spec.chair if spec is not None else None


def _technology(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Technology, key)
    return spec.owner_role if spec is not None else None


def _objective(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Objective, key)
    return spec.owner_role if spec is not None else None


def _outcome(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Outcome, key)
    return spec.owner_role if spec is not None else None


def _measure(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Measure, key)
    return (spec.owner_role or _outcome(bp, spec.outcome, "")) if spec is not None else None


def _benefit(bp: Blueprint, key: str, _part: str) -> str | None:
    spec = bp.peek(kinds.Benefit, key)
    if spec is None:
        return None
    return spec.accountable_role or (
        _technology(bp, spec.technology, "") if spec.technology else None
    )


_OWNERS: dict[str, Owner] = {
    "ValueStream": _stream,
    "Workflow": _workflow,
    "Service": _service,
    "Offering": _offering,
    "Department": _department,
    "Team": _team,
    "Role": _role,
    "HandoffAgreement": _agreement,
    "Policy": _policy,
    "Control": _control,
    "DecisionType": _decision,
    "DecisionRight": _right,
    "GovernanceBody": _body,
    "Technology": _technology,
    "Objective": _objective,
    "Outcome": _outcome,
    "Measure": _measure,
    "Benefit": _benefit,
}
# What belongs to a stream without its owner being the one to ask.
_SELF = frozenset({"DecisionType", "DecisionRight", "Role", "Team", "Department"})
