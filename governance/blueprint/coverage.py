"""Who can do what is needed: coverage of skills, and what stands still while somebody is away.

Required is how many people a role or a stage needs at a level; holders are active people at that
level or above. Coverage is the share of required heads that is there, never more than all; the gap
is what is missing; single cover is one holder and no second.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType, GovernanceBody, Role, Workflow
from governance.blueprint.kinds.organisation import SkillNeed

Levels = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class SkillHeld:
    """How well, from 1 to 5, somebody is able to do something; ``until`` is its last day."""

    person: str
    skill: str
    level: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that a role or a stage needs; ``place`` is what that is called, ``stage`` its key."""

    kind: str
    key: str
    stage: str
    place: str
    need: SkillNeed

    @property
    def part(self) -> str:
        """The part of the element that needs it, as findings name it."""
        return f"{self.stage}/{self.need.skill}" if self.stage else self.need.skill


@dataclass(frozen=True, slots=True)
class Covered:
    """One need, who can, and who of them is here."""

    need: Need
    able: tuple[str, ...]
    here: tuple[str, ...]

    @property
    def required(self) -> int:
        """How many people it takes."""
        return self.need.need.headcount

    @property
    def gap(self) -> int:
        """How many of them do not exist."""
        return max(0, self.required - len(self.able))

    @property
    def gap_here(self) -> int:
        """How many of them are not here."""
        return max(0, self.required - len(self.here))

    @property
    def single(self) -> bool:
        """One person can, and nobody else."""
        return len(self.able) == 1


def share(rows: Iterable[Covered]) -> Fraction | None:
    """Coverage of several needs: heads that are there, of heads required; None without a need."""
    required = there = 0
    for row in rows:
        required += row.required
        there += min(row.required, len(row.able))
    return Fraction(there, required) if required else None


def needs_of(bp: Blueprint) -> Iterator[Need]:
    """Every skill that roles and stages of a model need, roles first."""
    for key, role in bp.find(Role).items():
        for need in role.skills:
            yield Need(Role.__name__, key, "", role.name, need)
    for key, workflow in bp.find(Workflow).items():
        for stage in workflow.stages:
            for need in stage.skills:
                yield Need(Workflow.__name__, key, stage.key, stage.name, need)


def levels_of(held: Iterable[SkillHeld]) -> Levels:
    """How well people do each skill, by skill and person; proof that ran out counts."""
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for one in held:
        known = levels[one.skill].get(one.person, 0)
        levels[one.skill][one.person] = max(known, one.level)
    return levels


def coverage(bp: Blueprint, levels: Levels, away: Collection[str] = ()) -> list[Covered]:
    """Every need with who can do it and who of them is here."""
    found = []
    for need in needs_of(bp):
        known = levels.get(need.need.skill, {})
        able = tuple(sorted(ref for ref, level in known.items() if level >= need.need.level))
        found.append(Covered(need, able, tuple(ref for ref in able if ref not in away)))
    return found


def by_stage(bp: Blueprint, rows: Sequence[Covered]) -> dict[tuple[str, str], list[Covered]]:
    """What each stage needs: its own needs and those of the role that answers for it.

    By (workflow, stage), in the order of the workflow; a stage that needs nothing is left out.
    """
    own: dict[tuple[str, str], list[Covered]] = defaultdict(list)
    of_role: dict[str, list[Covered]] = defaultdict(list)
    for row in rows:
        if row.need.stage:
            own[row.need.key, row.need.stage].append(row)
        else:
            of_role[row.need.key].append(row)
    found = {}
    for key, workflow in bp.find(Workflow).items():
        for stage in workflow.stages:
            needed = [*own[key, stage.key], *of_role[stage.accountable_role or ""]]
            if needed:
                found[key, stage.key] = needed
    return found


# --- what stands still while somebody is away ---


@dataclass(frozen=True, slots=True)
class Missing:
    """A need that is short while somebody is away, and was not or not as much."""

    row: Covered
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Idle:
    """A role that nobody is left to act in, with the stages it answers for and what it decides.

    ``stages`` are (workflow, stage), ``decisions`` keys of types of decision.
    """

    role: str
    stages: tuple[tuple[str, str], ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """What comes of an absence: skills that are short, roles nobody acts in."""

    missing: tuple[Missing, ...]
    idle: tuple[Idle, ...]
    stood_in: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """True where all goes on."""
        return not (self.missing or self.idle)


def without(
    bp: Blueprint,
    levels: Levels,
    holders: Mapping[str, Sequence[str]],
    person: str,
    *,
    away: Collection[str] = (),
    stood_in: Collection[str] = (),
) -> Absent:
    """What is uncovered while ``person`` is away.

    ``holders`` are who may act in each role, programs among them; ``away`` who else is away in that
    time; ``stood_in`` the roles for which somebody acts while they are.
    """
    others = frozenset(away) - {person}
    before, after = coverage(bp, levels, others), coverage(bp, levels, others | {person})
    missing = tuple(
        Missing(now, was.gap_here, now.gap_here)
        for was, now in zip(before, after, strict=True)
        if now.gap_here > was.gap_here
    )
    gone = [
        role
        for role, refs in sorted(holders.items())
        if person in refs and not any(ref not in others and ref != person for ref in refs)
    ]
    idle = [_idle(bp, role, holders, others | {person}) for role in gone if role not in stood_in]
    return Absent(missing, tuple(idle), tuple(role for role in gone if role in stood_in))


def _idle(
    bp: Blueprint, role: str, holders: Mapping[str, Sequence[str]], away: Collection[str]
) -> Idle:
    stages = tuple(
        (key, stage.key)
        for key, workflow in bp.find(Workflow).items()
        for stage in workflow.stages
        if stage.accountable_role == role
    )
    return Idle(role, stages, tuple(_decided(bp, role, holders, away)))


def _decided(
    bp: Blueprint, role: str, holders: Mapping[str, Sequence[str]], away: Collection[str]
) -> Iterator[str]:
    """Types of decision that it decides, alone or in a body that then lacks its quorum."""
    present = {key for key, refs in holders.items() if any(ref not in away for ref in refs)}
    found: dict[str, None] = {}
    for right in bp.find(DecisionRight).values():
        if right.part != "decide" or right.pre_authorised:
            continue
        if right.role == role:
            found[right.decision_type] = None
        elif right.body is not None:
            body = bp.get(GovernanceBody, right.body)
            seats = sum(member in present for member in body.members)
            quorum = right.quorum or body.quorum or 1
            if role in body.members and seats < quorum:
                found[right.decision_type] = None
    known = bp.find(DecisionType)
    yield from sorted(found, key=lambda key: (known[key].question, key))
