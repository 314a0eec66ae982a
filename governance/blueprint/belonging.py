"""To which department, streams and roles each element of a model belongs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.kinds import (
    ElementSpec,
    HandoffAgreement,
    Role,
    Service,
    Team,
    Technology,
    Workflow,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.references import references
from governance.blueprint.support import support_of

# What somebody answers for, by the fields that say who, the first that is given.
OWNERS = (
    "owner_role", "accountable_role", "head_role", "lead_role", "chair", "fallback_role", "role",
)  # fmt: skip
# Elements whose streams are also those of what names them.
_INWARD = (
    "Department", "Team", "Site", "Role", "Skill", "Calendar", "Outcome", "Objective", "Technology",
    "DecisionType", "Policy", "ExternalParty", "Capability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Belongs:
    """The one department that answers for an element ("" where the whole does), and the value
    streams it is part of; all by key."""

    department: str
    streams: frozenset[str]


def belongings(bp: Blueprint) -> Mapping[ElementId, Belongs]:
    """Of every element where it belongs."""
    found: dict[ElementId, Belongs] = bp.memo("belongings", lambda: _all(bp))
    return found


def _all(bp: Blueprint) -> dict[ElementId, Belongs]:
    streams = _streams(bp)
    return {
        item: Belongs(department_of(bp, spec, item), frozenset(streams.get(item, ())))
        for item, spec in bp.specs().items()
    }


def owner_of(bp: Blueprint, spec: ElementSpec | Stage, item: ElementId) -> str:
    """Key of the role that answers for an element or a stage; "" where nobody is named."""
    for name in OWNERS:
        role = getattr(spec, name, None)
        if role is not None:
            return str(role)
    above: ElementId | None = None
    match spec:
        case Role():
            above = ("Department", spec.department) if spec.department else None
        case Team() | Service():
            above = ("Department", spec.department)
        case HandoffAgreement():
            above = ("Team", spec.giver_team)
        case Workflow():
            above = ("ValueStream", spec.value_stream)
        case Stage():
            # A stage without a team belongs to its workflow.
            above = ("Team", spec.team) if spec.team else item
        case _:
            above = next(iter(_upwards(spec)), None)
    if above is None or above not in bp:
        return ""
    return owner_of(bp, bp.get(*above), above)


def _upwards(spec: ElementSpec | Stage) -> Iterable[ElementId]:
    """What an element is a part of, where it says so by one of these fields."""
    for name, kind in (
        ("service", "Service"),
        ("outcome", "Outcome"),
        ("policy", "Policy"),
        ("technology", "Technology"),
        ("from_team", "Team"),
    ):
        key = getattr(spec, name, None)
        if isinstance(key, str) and key:
            yield kind, key


def department_of(bp: Blueprint, spec: ElementSpec | Stage, item: ElementId) -> str:
    """Key of the department that answers for an element or a stage; "" where none does."""
    kind, key = item
    if kind == "Department":
        return key
    if isinstance(spec, Stage) and spec.team is not None:
        return _of_team(bp, spec.team)
    named = getattr(spec, "department", None)
    if isinstance(named, str) and named:
        return named
    team = getattr(spec, "giver_team", None) or getattr(spec, "from_team", None)
    if team is not None:
        return _of_team(bp, team)
    role = bp.peek(Role, owner_of(bp, spec, item) or None)
    return (role.department or "") if role is not None else ""


def _of_team(bp: Blueprint, key: str) -> str:
    team = bp.peek(Team, key)
    return team.department if team is not None else ""


def _streams(bp: Blueprint) -> dict[ElementId, set[str]]:
    """The streams of every element: from workflows and services outward along what they name."""
    found: dict[ElementId, set[str]] = defaultdict(set)
    for key in bp.keys("ValueStream"):
        found["ValueStream", key].add(key)
    for kind in ("Workflow", "Service", "Measure"):
        for key, spec in bp.find(kind).items():
            if spec.value_stream is not None:
                found[kind, key].add(spec.value_stream)
    for key, spec in bp.find("Offering").items():
        found["Offering", key] |= found["Service", spec.service] | found["Workflow", spec.workflow]
    for key, spec in bp.find(Technology).items():
        for support in spec.supports:
            if support.service is not None:
                found["Technology", key] |= found["Service", support.service]
    for key, flow in bp.find(Workflow).items():
        for stage in flow.stages:
            for cell in support_of(bp, (key, stage.key)):
                found["Technology", cell.technology].add(flow.value_stream)
    for kind in ("ValueStream", "Workflow", "Service"):
        _named_by(bp, kind, found)
    _agreements(bp, found)
    _on(bp, found)
    return found


def _named_by(bp: Blueprint, kind: str, found: dict[ElementId, set[str]]) -> None:
    """What an element of a kind names is part of its streams."""
    for key, spec in bp.find(kind).items():
        for one in references(spec):
            if one.kind in _INWARD:
                found[one.kind, one.key] |= found[kind, key]


def _agreements(bp: Blueprint, found: dict[ElementId, set[str]]) -> None:
    for key, spec in bp.find(HandoffAgreement).items():
        item = ("HandoffAgreement", key)
        if spec.workflow is not None:
            found[item] |= found["Workflow", spec.workflow]
        else:
            found[item] |= found["Team", spec.giver_team] & found["Team", spec.receiver_team]


def _on(bp: Blueprint, found: dict[ElementId, set[str]]) -> None:
    """What hangs on elements that have their streams by now."""
    for key, team in bp.find(Team).items():
        found["Department", team.department] |= found["Team", key]
    for kind, name, of in (
        ("Measure", "outcome", "Outcome"),
        ("Benefit", "technology", "Technology"),
        ("DecisionRight", "decision_type", "DecisionType"),
        ("Control", "policy", "Policy"),
    ):
        for key, spec in bp.find(kind).items():
            named = getattr(spec, name)
            if named is not None and not found[kind, key]:
                found[kind, key] |= found[of, named]
    for key, outcome in bp.find("Outcome").items():
        for objective in outcome.objectives:
            found["Objective", objective] |= found["Outcome", key]
    for key, role in bp.find(Role).items():
        for need in role.skills:
            found["Skill", need.skill] |= found["Role", key]


def of_role(bp: Blueprint, role: str) -> set[ElementId]:
    """What has to do with a role: what names it, what it names, and what its stages run on."""
    found: set[ElementId] = set()
    if ("Role", role) not in bp:
        return found
    found.add(("Role", role))
    found |= {(one.kind, one.key) for one in references(bp.get(Role, role))}
    for item, spec in bp.specs().items():
        if any((one.kind, one.key) == ("Role", role) for one in references(spec)):
            found.add(item)
    for key, flow in bp.find(Workflow).items():
        for stage in flow.stages:
            if role in (stage.accountable_role, *stage.responsible_roles):
                cells = support_of(bp, (key, stage.key))
                found |= {("Technology", cell.technology) for cell in cells}
                found |= {("Team", stage.team)} if stage.team else set()
    for kind, key in list(found):
        if kind == "DecisionRight":
            found.add(("DecisionType", bp.get(kind, key).decision_type))
    return {item for item in found if item in bp}


def of_department(bp: Blueprint, key: str) -> set[ElementId]:
    """What has to do with a department: its own, what its teams work on, and what that runs on."""
    found = {item for item, place in belongings(bp).items() if place.department == key}
    found.add(("Department", key))
    teams = {team for team, spec in bp.find(Team).items() if spec.department == key}
    for flow_key, flow in bp.find(Workflow).items():
        for stage in flow.stages:
            if stage.team not in teams:
                continue
            found |= {("Workflow", flow_key), ("ValueStream", flow.value_stream)}
            found |= {("Technology", c.technology) for c in support_of(bp, (flow_key, stage.key))}
            if stage.decision_type is not None:
                found.add(("DecisionType", stage.decision_type))
    for agreed, spec in bp.find(HandoffAgreement).items():
        if teams & {spec.giver_team, spec.receiver_team}:
            found.add(("HandoffAgreement", agreed))
    return {item for item in found if item in bp}


def of_stream(bp: Blueprint, key: str) -> set[ElementId]:
    """What is part of a value stream."""
    return {item for item, place in belongings(bp).items() if key in place.streams}
