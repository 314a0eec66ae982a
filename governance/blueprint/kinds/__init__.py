"""Every kind of element an operating model may hold, by name."""

import re

from governance.blueprint.kinds.base import ElementSpec
from governance.blueprint.kinds.controls import Control
from governance.blueprint.kinds.decisions import (
    DecisionRight,
    DecisionType,
    GovernanceBody,
    Policy,
    SodRule,
)
from governance.blueprint.kinds.organisation import (
    Calendar,
    Capability,
    Department,
    ExternalParty,
    Organisation,
    Role,
    Site,
    Skill,
    Team,
    TeamInteraction,
)
from governance.blueprint.kinds.services import Offering, Service, ValueStream
from governance.blueprint.kinds.value import Benefit, Measure, Objective, Outcome, Technology
from governance.blueprint.kinds.workflows import ClockPolicy, HandoffAgreement, Workflow

_ALL: tuple[type[ElementSpec], ...] = (
    Organisation,
    Calendar,
    Site,
    Department,
    Team,
    TeamInteraction,
    Skill,
    Role,
    Capability,
    ExternalParty,
    Objective,
    Outcome,
    Measure,
    ValueStream,
    Service,
    Offering,
    Workflow,
    HandoffAgreement,
    ClockPolicy,
    DecisionType,
    DecisionRight,
    GovernanceBody,
    SodRule,
    Policy,
    Control,
    Technology,
    Benefit,
)
KINDS: dict[str, type[ElementSpec]] = {spec.__name__: spec for spec in _ALL}


def folder_of(kind: str) -> str:
    """The folder of a kind in a model directory: `HandoffAgreement` -> `handoff-agreement`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()


def noun_of(kind: str) -> str:
    """The everyday word of a kind: `HandoffAgreement` -> `handoff agreement`."""
    return folder_of(kind).replace("-", " ")


FOLDERS: dict[str, str] = {folder_of(kind): kind for kind in KINDS}

__all__ = [
    "FOLDERS",
    "KINDS",
    "Benefit",
    "Calendar",
    "Capability",
    "ClockPolicy",
    "Control",
    "DecisionRight",
    "DecisionType",
    "Department",
    "ElementSpec",
    "ExternalParty",
    "GovernanceBody",
    "HandoffAgreement",
    "Measure",
    "Objective",
    "Offering",
    "Organisation",
    "Outcome",
    "Policy",
    "Role",
    "Service",
    "Site",
    "Skill",
    "SodRule",
    "Team",
    "TeamInteraction",
    "Technology",
    "ValueStream",
    "Workflow",
    "folder_of",
    "noun_of",
]
