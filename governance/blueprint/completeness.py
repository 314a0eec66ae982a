"""How much of what is expected a model says: each expectation of each element, met or missing.

Every figure of completeness is a count of these checks, so that it equals the list behind it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from governance.blueprint.belonging import belongings, department_of, owner_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.expectations import (
    EXPECTATIONS,
    PARTS,
    STAGE,
    Expectation,
    Part,
    Seen,
    look,
)
from governance.blueprint.kinds import Workflow
from governance.blueprint.kinds.workflows import Stage


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation of one element, or of a stage of it; ``owner`` answers for it ("": nobody
    is named), ``department`` is the one it counts for ("": the whole organisation)."""

    code: str
    part: Part
    kind: str
    key: str
    stage: str
    met: bool
    owner: str
    department: str
    streams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the checks are met."""

    met: int
    total: int

    @property
    def missing(self) -> int:
        """How many are not."""
        return self.total - self.met

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down so that only what is complete is 100; None of nothing."""
        return self.met * 100 // self.total if self.total else None


def checks(bp: Blueprint) -> tuple[Check, ...]:
    """Every check of a model, by kind and key."""
    found: tuple[Check, ...] = bp.memo("completeness", lambda: tuple(_all(bp)))
    return found


def score(found: Iterable[Check]) -> Score:
    """What these checks come to."""
    met = total = 0
    for one in found:
        total += 1
        met += one.met
    return Score(met, total)


def scores(found: Iterable[Check]) -> dict[Part, Score]:
    """What these checks come to, part by part."""
    rows = list(found)
    return {part: score(row for row in rows if row.part == part) for part in PARTS}


def _all(bp: Blueprint) -> Iterator[Check]:
    seen, places = look(bp), belongings(bp)
    by_kind: dict[str, list[Expectation]] = {}
    for one in EXPECTATIONS:
        by_kind.setdefault(one.kind, []).append(one)
    for item, spec in sorted(bp.specs().items()):
        kind, key = item
        owner = owner_of(bp, spec, item)
        place = places[item]
        for one in by_kind.get(kind, ()):
            if one.when(seen, key, spec):
                met = one.met(seen, key, spec)
                yield Check(one.code, one.part, kind, key, "", met, owner, place.department,
                            place.streams)  # fmt: skip
        if isinstance(spec, Workflow):
            for stage in spec.stages:
                yield from _of_stage(seen, key, stage, place.streams, by_kind[STAGE])


def _of_stage(
    seen: Seen, workflow: str, stage: Stage, streams: frozenset[str], wanted: list[Expectation]
) -> Iterator[Check]:
    item, name = ("Workflow", workflow), f"{workflow}/{stage.key}"
    owner = owner_of(seen.bp, stage, item)
    department = department_of(seen.bp, stage, item)
    for one in wanted:
        if one.when(seen, name, stage):
            met = one.met(seen, name, stage)
            yield Check(one.code, one.part, *item, stage.key, met, owner, department, streams)
