"""How a version is taken up: told, seen, read, trained, used; by department, never who.

A department of few is told together with others, so that nobody is known by their number. Names
are for stewards alone, to whom somebody who has not read it can turn.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from esm.common import clock
from esm.common.errors import NotAllowed
from governance.models import (
    Acknowledgement,
    Decision,
    Department,
    ModelVersion,
    TrainingTask,
    Vote,
)
from governance.registries import using
from governance.selectors.people import Account, facts_for
from governance.selectors.review_page import departments_of, few_of

STAGES = ("told", "seen", "acknowledged", "trained", "using")
LATE = "overdue"
MOST = 500


@dataclass(frozen=True)
class Person:
    """One person who is asked to read a version, with how far they are."""

    row: Acknowledgement
    reached: frozenset[str]
    late: bool


@dataclass(frozen=True)
class Share:
    """How many of a group reached a stage."""

    stage: str
    n: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.n / self.of if self.of else 0.0


@dataclass(frozen=True)
class Group:
    """A department, or those of few together (``department`` None), or all."""

    department: Department | None
    of: int
    shares: tuple[Share, ...]
    late: int

    @property
    def key(self) -> str:
        """As addresses name it."""
        return self.department.key if self.department else "few"


@dataclass(frozen=True)
class Adoption:
    """The funnel of a version; ``names`` only where a steward asked for them."""

    version: ModelVersion
    all: Group
    groups: tuple[Group, ...]
    named: bool
    names: tuple[Person, ...] = ()


def require_sight(user: Account) -> None:
    """Raises NotAllowed for who does not answer for the whole."""
    if not facts_for(user).sees_all_departments:
        raise NotAllowed(
            "Only stewards, auditors and executives see how a change is taken up.",
            code="adoption-see",
        )


def adoption(
    user: Account, version: ModelVersion, department: str = "", lacking: str = ""
) -> Adoption:
    """The funnel; with ``department`` and ``lacking`` a steward sees who is not there yet."""
    require_sight(user)
    people = _people([version], clock.now())[version.pk]
    where = departments_of(one.row.person_id for one in people)
    known = Department.objects.in_bulk(set(where.values()))
    groups = _groups(people, where, known)
    named = facts_for(user).steward
    chosen: list[Person] = []
    if named and lacking:
        keys = {pk: one.key for pk, one in known.items()}
        few = set(where.values()) - {one.department.pk for one in groups if one.department}
        few |= {0}
        chosen = [
            one
            for one in people
            if _lacks(one, lacking) and _is_in(where, keys, few, one, department)
        ]
    return Adoption(version, _group(None, people), groups, named, tuple(chosen[:MOST]))


def funnels(user: Account, versions: Sequence[ModelVersion]) -> list[Adoption]:
    """The funnels of several versions at once, without names; seven queries."""
    require_sight(user)
    by = _people(versions, clock.now())
    where = departments_of(one.row.person_id for people in by.values() for one in people)
    known = Department.objects.in_bulk(set(where.values()))
    return [
        Adoption(one, _group(None, by[one.pk]), _groups(by[one.pk], where, known), named=False)
        for one in versions
    ]


def _groups(
    people: Iterable[Person], where: Mapping[int, int], known: Mapping[int, Department]
) -> tuple[Group, ...]:
    """By department; those of few together, last."""
    by: dict[int, list[Person]] = defaultdict(list)
    for one in people:
        by[where.get(one.row.person_id, 0)].append(one)
    few = few_of({pk: len(found) for pk, found in by.items()})
    groups = [_group(known[pk], found) for pk, found in by.items() if pk not in few]
    groups.sort(key=lambda one: one.department.name if one.department else "")
    rest = [one for pk in few for one in by[pk]]
    return (*groups, _group(None, rest)) if rest else tuple(groups)


def _is_in(
    where: Mapping[int, int], keys: Mapping[int, str], few: set[int], one: Person, wanted: str
) -> bool:
    pk = where.get(one.row.person_id, 0)
    return not wanted or (wanted == "few" and pk in few) or keys.get(pk) == wanted


def _lacks(one: Person, stage: str) -> bool:
    return one.late if stage == LATE else stage in STAGES and stage not in one.reached


def _group(department: Department | None, people: Iterable[Person]) -> Group:
    found = list(people)
    shares = tuple(
        Share(stage, sum(stage in one.reached for one in found), len(found)) for stage in STAGES
    )
    return Group(department, len(found), shares, sum(one.late for one in found))


def _people(versions: Sequence[ModelVersion], now: datetime) -> dict[int, list[Person]]:
    """Everybody who is asked to read some versions, by version; five queries."""
    rows = Acknowledgement.objects.filter(version__in=versions).select_related("person", "version")
    asked = list(rows.order_by("person__name", "pk"))
    ids: dict[int, set[int]] = {one.pk: set() for one in versions}
    for row in asked:
        ids[row.version_id].add(row.person_id)
    open_tasks = TrainingTask.objects.filter(version__in=versions, state=TrainingTask.State.OPEN)
    learning = set(open_tasks.values_list("version_id", "person_id"))
    working = using(ids) | _decided_under(ids)
    reached: dict[str, Callable[[Acknowledgement], bool]] = {
        "told": lambda row: row.told_at is not None,
        "seen": lambda row: row.seen_at is not None,
        "acknowledged": lambda row: row.given_at is not None,
        "trained": lambda row: (row.version_id, row.person_id) not in learning,
        "using": lambda row: (row.version_id, row.person_id) in working,
    }
    found: dict[int, list[Person]] = {one.pk: [] for one in versions}
    for row in asked:
        stages = frozenset(stage for stage, test in reached.items() if test(row))
        late = row.given_at is None and row.due_at <= now
        found[row.version_id].append(Person(row, stages, late=late))
    return found


def _decided_under(people: Mapping[int, Collection[int]]) -> set[tuple[int, int]]:
    """Version and person, of these people by version, who decided by its rules; two queries."""
    everybody = {one for each in people.values() for one in each}
    decided = Decision.objects.filter(
        version__in=people, state=Decision.State.DECIDED, decided_by_id__in=everybody
    )
    voted = Vote.objects.filter(
        decision__version__in=people, withdrawn_at=None, person_id__in=everybody
    )
    found = set(decided.order_by().values_list("version_id", "decided_by_id").distinct())
    pairs = found | set(voted.values_list("decision__version_id", "person_id"))
    return {(of, one) for of, one in pairs if one is not None and one in people[of]}
