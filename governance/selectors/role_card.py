"""The card of a role: what it answers for and decides, with whom it works, who holds it now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.db.models.functions import Upper

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.coverage import SkillHeld, coverage, levels_of
from governance.blueprint.duties import (
    Held,
    Passed,
    hands_to,
    owned,
    receives_from,
    rights_held,
    stages_of,
)
from governance.blueprint.rights.compiled import kind_of
from governance.blueprint.rights.facts import PARTS
from governance.models import Delegation, ModelVersion, Person, Role, RoleAssignment, SkillHolding
from governance.selectors.delegations import active_of
from governance.selectors.person_page import focus_names
from governance.selectors.resolving import Question, answer
from governance.selectors.rights_page import scope_words
from governance.selectors.role_page import RoleRow, role_by_key, role_rows
from governance.selectors.roles import stand_ins
from governance.selectors.versions import blueprint, published
from governance.selectors.wording import element_name

# Of a vacant role so many rights are asked where they go.
MOST_ASKED = 12


@dataclass(frozen=True, slots=True)
class Named:
    """An element of the model by key and name; ``note`` says more about it."""

    key: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A right: the question, its band [low, high) in ``measure``, what narrows it, through which
    body; ``free`` is allowed beforehand."""

    part: str
    type: str
    question: str
    low: Decimal | None
    high: Decimal | None
    measure: str
    scope: str
    department: str
    body: str
    free: bool
    banded: bool

    @property
    def ask(self) -> str:
        """The least number in its band, as the question page takes it."""
        return format(self.low or Decimal(0), "f") if self.banded else ""


@dataclass(frozen=True, slots=True)
class Part:
    """The rights of one part."""

    key: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a workflow."""

    workflow: Named
    code: str
    name: str
    team: str
    accountable: bool
    decides: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Work that is passed on: the own step, the step and team of the others, who answers there."""

    workflow: Named
    own: str
    other: str
    team: str
    role: Named | None


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Somebody who holds the role now: where, since when, and who acts for them while away."""

    name: str
    key: str
    focus: str
    since: datetime | None
    away: bool = False
    stand_in: str = ""
    delegates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoesTo:
    """Who decides a right of a vacant role now."""

    question: str
    role: str
    person: str


@dataclass(frozen=True, slots=True)
class SkillNeeded:
    """A skill the role needs, how many people can, and how well who looks does it; 0: not."""

    key: str
    name: str
    level: int
    headcount: int
    able: int
    own: int


@dataclass(frozen=True)
class RoleCard:
    """Everything on the card; without a ``spec`` the version in force does not know the role."""

    role: Role
    spec: kinds.Role | None
    version: ModelVersion | None
    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    gives: tuple[Way, ...]
    takes: tuple[Way, ...]
    services: tuple[Named, ...]
    streams: tuple[Named, ...]
    holders: tuple[HeldBy, ...]
    programs: tuple[str, ...]
    vacant: bool
    vacant_since: datetime | None
    goes_to: tuple[GoesTo, ...]
    skills: tuple[SkillNeeded, ...] = ()


def card_of(key: str) -> RoleCard:
    """The card of one role. Raises NotFound."""
    return cards_of([key])[0]


def cards_of(keys: Sequence[str], own: Person | None = None) -> list[RoleCard]:
    """The cards of several roles with the holders of now; a bounded number of queries, and up to
    twelve questions more for each that is vacant. Raises NotFound."""
    version = published()
    bp = blueprint(version) if version is not None else None
    known = {row.role.key: row for row in role_rows()} if keys else {}
    rows = [known.get(key) or RoleRow(role_by_key(key), [], [], 0) for key in keys]
    held = _held_by([one for row in rows for one in row.holders], bp)
    cards = [_card(row, version, bp, held) for row in rows]
    return _with_skills(bp, cards, own) if bp is not None else cards


def _with_skills(bp: Blueprint, cards: list[RoleCard], own: Person | None) -> list[RoleCard]:
    """What each role needs its holders to be able to do; one query where one of them does."""
    if not any(card.spec and card.spec.skills for card in cards):
        return cards
    rows = SkillHolding.objects.filter(ended_at=None, person__active=True)
    levels = levels_of(
        SkillHeld(f"P-{pk}", key, level)
        for pk, key, level in rows.values_list("person_id", "skill_key", "level")
    )
    ref = own.ref if own is not None else ""
    found = coverage(bp, levels)
    return [
        replace(
            card,
            skills=tuple(
                SkillNeeded(
                    row.need.need.skill,
                    element_name(bp, "Skill", row.need.need.skill),
                    row.need.need.level,
                    row.required,
                    len(row.able),
                    levels.get(row.need.need.skill, {}).get(ref, 0),
                )
                for row in found
                if not row.need.stage and row.need.key == card.role.key
            ),
        )
        for card in cards
    ]


def _card(
    row: RoleRow, version: ModelVersion | None, bp: Blueprint | None, held: dict[int, HeldBy]
) -> RoleCard:
    key = row.role.key
    spec = bp.peek(kinds.Role, key) if bp is not None else None
    rights = rights_held(bp, key) if bp is not None and spec else []
    services, streams = owned(bp, key) if bp is not None and spec else ([], [])
    return RoleCard(
        role=row.role,
        spec=spec,
        version=version,
        parts=tuple(_parts(bp, rights)) if bp is not None else (),
        steps=tuple(_steps(bp, key)) if bp is not None and spec else (),
        gives=tuple(_ways(bp, hands_to(bp, key))) if bp is not None and spec else (),
        takes=tuple(_ways(bp, receives_from(bp, key))) if bp is not None and spec else (),
        services=tuple(_named(bp, "Service", services)),
        streams=tuple(_named(bp, "ValueStream", streams)),
        holders=tuple(held[one.pk] for one in row.holders),
        programs=tuple(row.programs),
        vacant=row.vacant,
        vacant_since=_vacant_since(row.role) if row.vacant else None,
        goes_to=tuple(_goes_to(version, bp, rights)) if row.vacant and version and bp else (),
    )


def _named(bp: Blueprint | None, kind: str, keys: Iterable[str]) -> list[Named]:
    if bp is None:
        return []
    return sorted((Named(k, element_name(bp, kind, k)) for k in keys), key=lambda one: one.name)


def _parts(bp: Blueprint, rights: Sequence[Held]) -> Iterable[Part]:
    found = [_entry(bp, one) for one in rights]
    for part in PARTS:
        mine = [one for one in found if one.part == part]
        mine.sort(key=lambda one: (one.question, one.scope, one.low or Decimal(0), one.body))
        if mine:
            yield Part(part, tuple(mine))


def _entry(bp: Blueprint, one: Held) -> Entry:
    kind = kind_of(one.right.decision_type, bp.get(kinds.DecisionType, one.right.decision_type))
    return Entry(
        part=one.right.part,
        type=kind.key,
        question=kind.name,
        low=one.right.min,
        high=one.right.max,
        measure=kind.measure,
        scope=scope_words(bp, one.right),
        department=str(one.right.department or ""),
        body=element_name(bp, "GovernanceBody", one.body) if one.body else "",
        free=bool(one.right.pre_authorised),
        banded=kind.unit != "none" and (one.right.min is not None or one.right.max is not None),
    )


def _steps(bp: Blueprint, key: str) -> Iterable[Step]:
    for duty in stages_of(bp, key):
        stage = duty.stage
        team = element_name(bp, "Team", str(stage.team)) if stage.team else ""
        yield Step(
            workflow=Named(duty.workflow, element_name(bp, "Workflow", duty.workflow)),
            code=stage.code,
            name=stage.name,
            team=team,
            accountable=duty.accountable,
            decides=stage.decision_type is not None,
        )


def _ways(bp: Blueprint, passed: Iterable[Passed]) -> Iterable[Way]:
    for one in passed:
        role = one.other.accountable_role
        yield Way(
            workflow=Named(one.workflow, element_name(bp, "Workflow", one.workflow)),
            own=one.stage.name,
            other=one.other.name,
            team=element_name(bp, "Team", str(one.other.team)),
            role=Named(str(role), element_name(bp, "Role", str(role))) if role else None,
        )


def _held_by(rows: Sequence[RoleAssignment], bp: Blueprint | None) -> dict[int, HeldBy]:
    """Each holding with who acts while its holder is away."""
    now = clock.now()
    away = stand_ins([row.person_id for row in rows], now) if rows else {}
    given = list(active_of(sorted(away), now)) if away else []
    names = focus_names(rows)
    roles = dict(Role.objects.filter(pk__in={r.role_id for r in rows}).values_list("pk", "key"))
    found = {}
    for row in rows:
        stand_in = away.get(row.person_id)
        delegates = [
            one.delegate.name
            for one in given
            if one.giver_id == row.person_id and _covers(bp, one, roles[row.role_id])
        ]
        found[row.pk] = HeldBy(
            name=row.person.name,
            key=row.person.key,
            focus=names[row.pk] if row.focus_kind else "",
            since=row.valid.lower,
            away=row.person_id in away,
            stand_in=stand_in.name if stand_in else "",
            delegates=tuple(dict.fromkeys(delegates)),
        )
    return found


def _covers(bp: Blueprint | None, given: Delegation, role: str) -> bool:
    if given.of == Delegation.Of.ROLE:
        return given.key == role
    mine = rights_held(bp, role) if bp is not None else []
    return any(one.right.decision_type == given.key for one in mine if one.right.part == "decide")


def _vacant_since(role: Role) -> datetime | None:
    """When the last holding ended; None where nobody ever held it."""
    rows = RoleAssignment.objects.filter(role=role, valid__endswith__lte=clock.now())
    found: datetime | None = rows.aggregate(last=Max(Upper("valid")))["last"]
    return found


def _goes_to(version: ModelVersion, bp: Blueprint, rights: Sequence[Held]) -> Iterable[GoesTo]:
    """By the resolver: who is asked now for what the role would decide, the least of each band."""
    found: dict[GoesTo, None] = {}
    asked = [r for r in rights if r.right.part == "decide" and not r.right.when and not r.body]
    for one in asked[:MOST_ASKED]:
        right = one.right
        kind = kind_of(right.decision_type, bp.get(kinds.DecisionType, right.decision_type))
        reply = answer(
            Question(
                version=version,
                decision_type=right.decision_type,
                amount=None if kind.unit == "none" else (right.min or Decimal(0)),
                department=str(right.department or ""),
                service=str(right.service or ""),
                risk=str(right.risk or ""),
            )
        )
        person = reply.decider.name if reply.decider else ""
        found[GoesTo(kind.name, reply.role_name, person)] = None
    return list(found)
