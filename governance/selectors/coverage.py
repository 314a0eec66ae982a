"""Which skills the model needs and who has them: counts for everybody, names for who may know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from esm.common import clock
from governance.blueprint import coverage as core
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.coverage import Absent, Covered
from governance.blueprint.kinds import DecisionType, Role, Skill, Workflow
from governance.blueprint.lint.facts import People
from governance.blueprint.lint.people import holders_by_role
from governance.models import Absence, ModelVersion, Person
from governance.selectors.administration import Reach, reach_of, visible_people
from governance.selectors.lint_facts import people_now
from governance.selectors.people import Account, person_for
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True, slots=True)
class Place:
    """A role or a stage: what it is called and where it stands in the model."""

    kind: str
    key: str
    stage: str
    name: str
    workflow: str = ""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need with how many can, how many of them are here, and who, as far as one may know."""

    place: Place
    skill: str
    skill_name: str
    level: int
    required: int
    able: int
    here: int
    gap: int
    single: bool
    names: tuple[str, ...]

    @property
    def others(self) -> int:
        """Those whose names one may not know."""
        return self.able - len(self.names)


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage with the share of what it needs that is there; ``gaps`` are names of skills."""

    place: Place
    percent: int
    needs: int
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """All needs by skill, all stages that need something, and the whole."""

    version: ModelVersion | None
    rows: tuple[NeedRow, ...] = ()
    stages: tuple[StageRow, ...] = ()
    percent: int | None = None
    unneeded: tuple[tuple[str, str], ...] = ()
    reach: Reach | None = None

    @property
    def gaps(self) -> int:
        """Needs that are short."""
        return sum(row.gap > 0 for row in self.rows)

    @property
    def single(self) -> int:
        """Needs that one person covers alone."""
        return sum(row.single for row in self.rows)


def percent(share: Fraction | None) -> int | None:
    """A share in whole percent, downward: what is not all there never reads like all."""
    return None if share is None else int(share * 100)


def coverage_page(user: Account, skill: str = "") -> CoveragePage:
    """Coverage of the model in force, of all skills or one; about ten queries, however large."""
    version = published()
    if version is None:
        return CoveragePage(None)
    bp = blueprint(version)
    people = _people(bp)
    levels = levels_of(people)
    found = core.coverage(bp, levels, away_between(clock.now(), clock.now()))
    known = known_to(user)
    rows = [_row(bp, people, row, known) for row in found if skill in ("", row.need.need.skill)]
    needed = {row.need.need.skill for row in found}
    specs = bp.find(Skill)
    return CoveragePage(
        version=version,
        rows=tuple(sorted(rows, key=lambda one: (one.skill_name, one.place.name, one.level))),
        stages=tuple(_stages(bp, found)) if not skill else (),
        percent=percent(core.share(found)),
        unneeded=tuple((key, spec.name) for key, spec in specs.items() if key not in needed),
        reach=reach_of(user),
    )


def _people(bp: Blueprint) -> People:
    return people_now(bp)


def levels_of(people: People) -> core.Levels:
    """What those who are here are able to do, of the people that are known."""
    return core.levels_of(one for one in people.skills if people.standing.active(one.person))


def levels_now(bp: Blueprint) -> core.Levels:
    """What those who are here are able to do, and how well."""
    return levels_of(_people(bp))


def known_to(user: Account) -> frozenset[str] | None:
    """References of the people whose skills an account may know; None stands for everybody."""
    if reach_of(user).everything:
        return None
    return frozenset(f"P-{pk}" for pk in visible_people(user).values_list("pk", flat=True))


def _place(bp: Blueprint, need: core.Need) -> Place:
    workflow = bp.get(Workflow, need.key).name if need.stage else ""
    return Place(need.kind, need.key, need.stage, need.place, workflow)


def _row(bp: Blueprint, people: People, row: Covered, known: frozenset[str] | None) -> NeedRow:
    skill = row.need.need.skill
    names = [people.standing.name(ref) for ref in row.able if known is None or ref in known]
    return NeedRow(
        place=_place(bp, row.need),
        skill=skill,
        skill_name=bp.get(Skill, skill).name,
        level=row.need.need.level,
        required=row.required,
        able=len(row.able),
        here=len(row.here),
        gap=row.gap,
        single=row.single,
        names=tuple(sorted(names)),
    )


def _stages(bp: Blueprint, found: Sequence[Covered]) -> Iterable[StageRow]:
    for (key, stage), rows in core.by_stage(bp, found).items():
        spec = bp.stage(key, stage)
        place = Place(Workflow.__name__, key, stage, spec.name, bp.get(Workflow, key).name)
        gaps = dict.fromkeys(bp.get(Skill, r.need.need.skill).name for r in rows if r.gap)
        yield StageRow(place, percent(core.share(rows)) or 0, len(rows), tuple(gaps))


# --- somebody is away ---


def away_between(since: datetime, until: datetime) -> frozenset[str]:
    """References of who is away at any time from one moment to another; one query."""
    span = DateTimeTZRange(since, until, "[]")
    rows = Absence.objects.filter(valid__overlap=span)
    return frozenset(f"P-{pk}" for pk in rows.values_list("person_id", flat=True))


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A need that is short while somebody is away."""

    place: Place
    skill: str
    required: int
    here: int


@dataclass(frozen=True, slots=True)
class IdleRow:
    """A role nobody acts in while somebody is away: stages and questions that wait for it."""

    key: str
    name: str
    stages: tuple[Place, ...]
    decisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """What is uncovered while a person is away; ``stood_in`` are names of roles that go on."""

    person: Person
    missing: tuple[MissingRow, ...]
    idle: tuple[IdleRow, ...]
    stood_in: tuple[str, ...]
    also_away: int

    @property
    def nothing(self) -> bool:
        """True where all goes on."""
        return not (self.missing or self.idle)


def may_test(user: Account, person: Person) -> bool:
    """Whether an account may ask what happens while somebody is away."""
    own = person_for(user)
    if own is not None and own.pk == person.pk:
        return True
    reach = reach_of(user)
    return reach.any and visible_people(user).filter(pk=person.pk).exists()


def absence_page(person: Person, since: datetime, until: datetime) -> AbsencePage | None:
    """What is uncovered while somebody is away; None before a model is in force."""
    version = published()
    if version is None:
        return None
    bp = blueprint(version)
    people = _people(bp)
    away = away_between(since, until) - {person.ref}
    found = core.without(
        bp,
        levels_of(people),
        _acting(people),
        person.ref,
        away=away,
        stood_in=_stood_in(people, person, since, until),
    )
    return _absence(bp, person, found, len(away))


def _acting(people: People) -> Mapping[str, Sequence[str]]:
    """Who acts in each role now: holders, and programs."""
    acting: dict[str, list[str]] = defaultdict(list)
    for role, refs in holders_by_role(people).items():
        acting[role].extend(refs)
    for program in people.programs:
        acting[program.role].append(f"program {program.key}")
    return acting


def _stood_in(people: People, person: Person, since: datetime, until: datetime) -> set[str]:
    """Roles of a person that somebody acts in while they are away.

    They gave the role for all of that time, or named somebody who stands in.
    """
    given = {
        one.role
        for one in people.delegations
        if one.role is not None
        and one.giver == person.ref
        and (one.start is None or one.start <= since)
        and (one.end is None or one.end >= until)
    }
    named = Absence.objects.filter(person=person, stand_in__active=True)
    if named.filter(valid__contains=DateTimeTZRange(since, until, "[)")).exists():
        given |= {one.role for one in people.standing.now() if one.person == person.ref}
    return given


def _absence(bp: Blueprint, person: Person, found: Absent, also_away: int) -> AbsencePage:
    roles = bp.find(Role)
    return AbsencePage(
        person=person,
        missing=tuple(
            MissingRow(
                _place(bp, one.row.need),
                bp.get(Skill, one.row.need.need.skill).name,
                one.row.required,
                len(one.row.here),
            )
            for one in found.missing
        ),
        idle=tuple(_idle(bp, one) for one in found.idle if one.role in roles),
        stood_in=tuple(roles[key].name for key in found.stood_in if key in roles),
        also_away=also_away,
    )


def _idle(bp: Blueprint, one: core.Idle) -> IdleRow:
    return IdleRow(
        key=one.role,
        name=bp.get(Role, one.role).name,
        stages=tuple(
            Place(
                Workflow.__name__, key, stage, bp.stage(key, stage).name, bp.get(Workflow, key).name
            )
            for key, stage in one.stages
        ),
        decisions=tuple((key, bp.get(DecisionType, key).question) for key in one.decisions),
    )
