"""Levels of maturity: computed from facts, beside what people answer.

A part stands at the median of its questions, the whole at the lowest of its four parts: an average
would hide the weakest.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from governance.blueprint.adoption.questions import BY_CODE, QUESTIONS, Question, of_part
from governance.blueprint.completeness import Check
from governance.blueprint.expectations import PARTS

LEVELS = range(6)
# From this share on it is said, or followed.
ENOUGH = 0.8
# Answers of fewer people are not shown.
FEW = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """What is seen in a scope: shares of 1 by figure, None where too little was seen.

    ``work``: something was finished. ``improved``: within twelve months a measure or a promise was
    verified to have come true.
    """

    shares: Mapping[str, float | None] = field(default_factory=dict)
    work: bool = False
    improved: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """The level of a question by facts; None where the scope has nothing of it."""

    level: int | None
    met: int
    total: int
    followed: float | None
    measured: bool
    improved: bool


def computed(
    question: Question, checks: Iterable[Check], practice: Practice, measured: bool
) -> Computed:
    """What a question's level is by the checks of a scope and what is seen in it.

    Each level rests on the one below: what is not defined counts as ad hoc however well it goes.
    """
    mine = [one for one in checks if one.code in question.expected]
    met, total = sum(one.met for one in mine), len(mine)
    followed = practice.shares.get(question.followed)
    level: int | None = 0
    if not total:
        level = None if question.optional else int(practice.work)
    elif met < ENOUGH * total:
        level = 1 if met or practice.work else 0
    elif followed is None or followed < ENOUGH:
        level = 2
    elif not measured:
        level = 3
    else:
        level = 5 if practice.improved else 4
    return Computed(level, met, total, followed, measured, practice.improved)


def measured_in(checks: Iterable[Check]) -> bool:
    """A measure of the scope has both its baseline and its target."""
    wanted = {"measure-baseline", "measure-target"}
    said: dict[str, set[str]] = {}
    for one in checks:
        if one.code in wanted and one.met:
            said.setdefault(one.key, set()).add(one.code)
    return any(found == wanted for found in said.values())


def answered(levels: Collection[int]) -> float | None:
    """The median of what people answered; None of fewer than five."""
    return float(median(levels)) if len(levels) >= FEW else None


def part_levels(levels: Mapping[str, float | None]) -> dict[str, float | None]:
    """The median of each part over the questions of which there is a level."""
    found: dict[str, float | None] = {}
    for part in PARTS:
        known = [level for one in of_part(part) if (level := levels.get(one.code)) is not None]
        found[part] = float(median(known)) if known else None
    return found


def overall(parts: Mapping[str, float | None]) -> float | None:
    """The lowest of the four; None while one of them is not known."""
    known = [parts.get(part) for part in PARTS]
    return None if None in known else min(one for one in known if one is not None)


def clean(levels: Mapping[str, object]) -> tuple[dict[str, int], list[str]]:
    """Answers by question as far as they are levels, and the questions whose answer is none.

    A question that is left out says «I cannot tell».
    """
    good: dict[str, int] = {}
    wrong = [code for code in levels if code not in BY_CODE]
    for one in QUESTIONS:
        given = levels.get(one.code)
        if given is None or given == "":
            continue
        if isinstance(given, int) and not isinstance(given, bool) and given in LEVELS:
            good[one.code] = given
        else:
            wrong.append(one.code)
    return good, wrong
