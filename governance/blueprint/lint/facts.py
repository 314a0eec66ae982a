"""What checks have to know beside the definitions: the day, who there is, what happened.

All of it is plain data, so that a check can be asked about any model and any people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from governance.blueprint.coverage import SkillHeld
from governance.blueprint.rights import Delegation
from governance.blueprint.rights.findings import Standing


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """Who is in a team and who leads it."""

    members: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """A program that acts in a role."""

    key: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class People:
    """Who there is on the day: holders of roles, teams, skills, stand-ins, delegations, programs.

    ``stand_ins`` are the roles, and persons, for whom somebody is named while they are away.
    """

    standing: Standing
    teams: Mapping[str, TeamFacts] = field(default_factory=dict)
    skills: Sequence[SkillHeld] = ()
    delegations: Sequence[Delegation] = ()
    covered: frozenset[str] = frozenset()
    programs: Sequence[ProgramFacts] = ()

    def holders(self, role: str) -> list[str]:
        """Active people who hold a role now, each once, in the order they were given."""
        found = [held.person for held in self.standing.now() if held.role == role]
        return list(dict.fromkeys(found))


# Of each part ``stake`` is how many business days work lay there, came back or was late in the
# time that is counted; None where nothing tells.


@dataclass(frozen=True, slots=True)
class StepFlow:
    """What happened at one stage of a workflow; shares from 0 to 1.

    ``load`` is the share of the time its people have that its work takes (ρ); ``queue`` the work
    that lay there at the end of each week, the oldest first.
    """

    workflow: str
    stage: str
    entered: int = 0
    skipped: int = 0
    load: Decimal | None = None
    queue: tuple[int, ...] = ()
    by_hand_month: int = 0
    stake: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HandoffFlow:
    """First offers from one stage to another, how many came back, what went to and fro."""

    workflow: str
    source: str
    target: str
    offered: int = 0
    returned: int = 0
    cases: int = 0
    to_and_fro: int = 0
    stake: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AgreementFlow:
    """How often the times of a handoff agreement ran lately, and how often they were kept."""

    agreement: str
    ran: int = 0
    kept: int = 0
    stake: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DecisionFlow:
    """What was decided of a type in one band; times in business seconds."""

    decision_type: str
    right: str = ""
    decided: int = 0
    unchanged: int = 0
    from_below: int = 0
    p85_s: int | None = None
    stake: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OfferingFlow:
    """Requests of an offering that were fulfilled; the last 60 for the time they took."""

    offering: str
    asked_90d: int = 0
    fulfilled: int = 0
    p85_s: int | None = None
    agreements_kept: int = 0
    kept_but_late: int = 0
    in_promise: int = 0
    pulse_n: int = 0
    pulse_mean: Decimal | None = None
    standing_longer: int = 0
    followed: int = 0
    variants: Mapping[str, int] = field(default_factory=dict)
    stake: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened, as far as it is counted; what is not there says nothing."""

    steps: Sequence[StepFlow] = ()
    handoffs: Sequence[HandoffFlow] = ()
    agreements: Sequence[AgreementFlow] = ()
    decisions: Sequence[DecisionFlow] = ()
    offerings: Sequence[OfferingFlow] = ()
    periods_without: Mapping[str, int] = field(default_factory=dict)
    unrealised: frozenset[str] = frozenset()
    outside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    role_fit: Mapping[tuple[str, str], str] = field(default_factory=dict)
    acknowledged: tuple[int, int] | None = None
    overdue: Sequence[str] = ()
    objections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the model; ``today`` is the day in the organisation's zone.

    ``reviewed`` is by kind and key the day until which somebody said that an element holds.
    """

    today: date | None = None
    people: People | None = None
    flow: Flow | None = None
    reviewed: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def review_due(self, kind: str, key: str, due: date) -> date:
        """The day that counts of one in the model: a later one of a review comes instead."""
        return max(due, self.reviewed.get((kind, key), due))


NOTHING = Facts()

__all__ = [
    "NOTHING",
    "AgreementFlow",
    "DecisionFlow",
    "Facts",
    "Flow",
    "HandoffFlow",
    "OfferingFlow",
    "People",
    "ProgramFacts",
    "SkillHeld",
    "StepFlow",
    "TeamFacts",
]
