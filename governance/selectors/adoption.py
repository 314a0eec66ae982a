"""How a version is taken up: told, seen, read, trained, used; by department, never who.

A department of few is told together with others, so that nobody is known by their number. Names
are for stewards alone, to whom somebody who has not read it can turn.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

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
    people = _people(version, clock.now())
    where = departments_of(one.row.person_id for one in people)
    by: dict[int, list[Person]] = defaultdict(list)
    for one in people:
        by[where.get(one.row.person_id, 0)].append(one)
    few = few_of({pk: len(found) for pk, found in by.items()})
    known = Department.objects.in_bulk([pk for pk in by if pk])
    groups = [_group(known[pk], found) for pk, found in by.items() if pk not in few]
    groups.sort(key=lambda one: one.department.name if one.department else "")
    rest = [one for pk in few for one in by[pk]]
    if rest:
        groups.append(_group(None, rest))
    named = facts_for(user).steward
    chosen: list[Person] = []
    if named and lacking:
        keys = {pk: known[pk].key for pk in known}
        chosen = [
            one
            for one in people
            if _lacks(one, lacking) and _is_in(where, keys, few, one, department)
        ]
    return Adoption(version, _group(None, people), tuple(groups), named, tuple(chosen[:MOST]))


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


def _people(version: ModelVersion, now: datetime) -> list[Person]:
    rows = Acknowledgement.objects.filter(version=version).select_related("person", "version")
    asked = list(rows.order_by("person__name", "pk"))
    ids = [row.person_id for row in asked]
    open_tasks = TrainingTask.objects.filter(version=version, state=TrainingTask.State.OPEN)
    learning = set(open_tasks.values_list("person_id", flat=True))
    working = using(version.pk, ids) | _decided_under(version, ids)
    reached: dict[str, Callable[[Acknowledgement], bool]] = {
        "told": lambda row: row.told_at is not None,
        "seen": lambda row: row.seen_at is not None,
        "acknowledged": lambda row: row.given_at is not None,
        "trained": lambda row: row.person_id not in learning,
        "using": lambda row: row.person_id in working,
    }
    return [
        Person(
            row,
            frozenset(stage for stage, test in reached.items() if test(row)),
            late=row.given_at is None and row.due_at <= now,
        )
        for row in asked
    ]


def _decided_under(version: ModelVersion, people: list[int]) -> set[int]:
    """Who of these people decided something by the rules of a version; two queries."""
    decided = Decision.objects.filter(
        version=version, state=Decision.State.DECIDED, decided_by_id__in=people
    )
    voted = Vote.objects.filter(
        Q(decision__version=version, withdrawn_at=None), person_id__in=people
    )
    found = set(decided.values_list("decided_by_id", flat=True).distinct())
    return {pk for pk in found | set(voted.values_list("person_id", flat=True)) if pk}
