"""Races on who may vote: every course of two and three transactions equals one of them whole, in
some order, and breaks nothing that must hold."""

import random
from collections.abc import Iterator
from itertools import combinations, count, islice, permutations
from typing import Any

import pytest

from esm.common.errors import Conflict, InvalidState, NotAllowed
from esm.events.locks import mark_locked
from governance.models import Person
from governance.services import holding, roles
from tests.concurrency.explorer import Explorer, is_deadlock, schedules
from tests.concurrency.world import Races, racing
from tests.depth import FULL
from tests.governance.conftest import Probe, now, probe, published, staff

__all__ = ["now", "probe", "published", "staff"]

pytestmark = pytest.mark.django_db(transaction=True)
REFUSALS = (NotAllowed, Conflict, InvalidState)
End = tuple[list[str], dict[str, Any]]
# In every run, and in a full one.
TOGETHER, FULLY = 80, 2000
# What somebody might send twice at once.
TWICE = ("bruno says yes", "bruno decides alone", "a sweep finds it decided")


class Course:
    """Runs races and says of each what is wrong with it."""

    def __init__(self, races: Races, explorer: Explorer) -> None:
        self.races, self.explorer = races, explorer
        self.serial: dict[tuple[str, ...], End] = {}
        self.deadlocks = self.waited = self.ran = 0

    def faults(self, names: tuple[str, ...], schedule: list[int]) -> list[str]:
        """What is wrong after one race."""
        races = self.races
        races.restore()
        acts = [races.acts[name] for name in names]
        results, ended, course = self.explorer.interleaved(acts, schedule)
        self.ran += 1
        found = []
        for name, result in zip(names, results, strict=True):
            if is_deadlock(result):
                self.deadlocks += 1
            if result is not None and not isinstance(result, REFUSALS):
                found.append(f"{name}: {result!r}")
        found += races.wrong()
        end = (said(results), races.came_to())
        orders = sorted(permutations(range(len(names))), key=lambda order: list(order) != ended)
        if not any(end == self.whole(names, order) for order in orders):
            order = tuple(ended)
            found.append(f"no order ends like this: {difference(end, self.whole(names, order))}")
        where = f"{' | '.join(names)} as {''.join(map(str, course))}"
        return [f"{where}: {fault}" for fault in found]

    def whole(self, names: tuple[str, ...], order: tuple[int, ...]) -> End:
        """How it ends when they run one after the other."""
        key = tuple(names[n] for n in order)
        if key not in self.serial:
            self.races.restore()
            acts = [self.races.acts[name] for name in key]
            results = self.explorer.one_by_one(acts, range(len(acts)))
            self.serial[key] = (said(results), self.races.came_to())
        results_of, end = self.serial[key]
        back = [""] * len(names)
        for place, number in enumerate(order):
            back[number] = results_of[place]
        return (back, end)


def said(results: list[object]) -> list[str]:
    return ["done" if one is None else type(one).__name__ for one in results]


def difference(one: End, other: End) -> str:
    """Where two ends differ."""
    parts = {"results": (one[0], other[0])}
    parts |= {name: (rows, other[1][name]) for name, rows in one[1].items()}
    return "; ".join(f"{name} {a} instead of {b}" for name, (a, b) in parts.items() if a != b)


@pytest.fixture
def course(probe: Probe, staff: dict) -> Iterator[Course]:
    with racing(probe, staff) as races, Explorer() as explorer:
        yield Course(races, explorer)


def races_of(names: list[str]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """All pairs and some threes; round after round with other schedules and other threes."""
    pairs = [*combinations(names, 2), *((name, name) for name in TWICE)]
    threes = list(combinations(names, 3))
    random.Random("threes").shuffle(threes)
    sources = {pair: schedules(" | ".join(pair), 2) for pair in pairs}
    several = iter(threes)
    for turn in count():
        yield from ((pair, next(sources[pair])) for pair in pairs)
        for three in islice(several, len(pairs) if turn else TOGETHER - len(pairs)):
            yield three, next(schedules(" | ".join(three), 3))


def test_every_course_of_two_and_three_equals_some_order_of_them(course: Course) -> None:
    """80 courses of the pairs and some threes in every run, 2,000 in a full one."""
    found = []
    for names, schedule in islice(races_of(list(course.races.acts)), FULLY if FULL else TOGETHER):
        found += course.faults(names, schedule)
    print(f"{course.ran} courses, {len(course.serial)} orders, {course.deadlocks} deadlocks")
    assert found == [], "\n".join(found)


def _unlocked(pk: int) -> Person:
    person = Person.objects.get(pk=pk)
    mark_locked(person)
    return person


PLANTED = {
    "persons are not held": (holding, "hold_persons", lambda pks: set(), "I1"),
    "who changes a role locks nobody": (roles, "lock_person", _unlocked, "I15"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_a_lock_that_is_missing_is_found(
    course: Course, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some course shows it within a few hundred."""
    module, function, instead, said_of_it = PLANTED[name]
    monkeypatch.setattr(module, function, instead)
    found: list[str] = []
    for names, schedule in islice(races_of(list(course.races.acts)), 600):
        found += course.faults(names, schedule)
        if any(said_of_it in fault for fault in found):
            break
    print(f"{name}: after {course.ran} courses", *found, sep="\n")
    assert any(said_of_it in fault for fault in found)
