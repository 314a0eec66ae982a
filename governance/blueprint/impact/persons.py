"""What is different for each person: by the roles they hold, the teams they are in, what they can.

People who hold the same are worked out once, so that ten thousand cost little more than the
hundreds of combinations there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from governance.blueprint.coverage import levels_of
from governance.blueprint.impact.effects import Aspect, Effect, Receiver, in_order
from governance.blueprint.lint.facts import People


class Missing(NamedTuple):
    """A skill that is newly needed, how well, and how well somebody is confirmed to have it."""

    skill: str
    needed: int
    has: int


@dataclass(frozen=True, slots=True)
class Mine:
    """What is different for one person.

    ``mark`` is the same as long as nothing of it changes: whoever answered on it need not be asked
    again. ``through`` are the roles and teams by which it reaches them.
    """

    effects: tuple[Effect, ...]
    missing: tuple[Missing, ...]
    through: tuple[Receiver, ...]
    mark: str

    @property
    def degree(self) -> int:
        """How much it is, from 0 to 5: that of the strongest effect."""
        return max((one.degree for one in self.effects), default=0)

    def degrees(self) -> dict[Aspect, int]:
        """The strongest effect of every aspect there is one of."""
        found: dict[Aspect, int] = {}
        for one in self.effects:
            found[one.aspect] = max(found.get(one.aspect, 0), one.degree)
        return found


class Holds(NamedTuple):
    """A role with its focus, or a team."""

    receiver: Receiver
    focus: tuple[str, str] = ("", "")


def persons(effects: Iterable[Effect], people: People) -> dict[str, Mine]:
    """What is different for everybody for whom anything is, by reference of the person."""
    reached: dict[Receiver, list[Effect]] = defaultdict(list)
    for one in effects:
        reached[one.receiver].append(one)
    needed = {one.needs[0] for found in reached.values() for one in found if one.needs is not None}
    held = held_by(people, reached)
    levels = levels_of(skill for skill in people.skills if skill.skill in needed)
    groups: dict[object, Mine] = {}
    found: dict[str, Mine] = {}
    for person, holds in held.items():
        able = tuple(sorted((s, lv[person]) for s, lv in levels.items() if person in lv))
        group = (frozenset(holds), able)
        mine = groups.get(group)
        if mine is None:
            mine = groups[group] = _mine(holds, reached, dict(able))
        if mine.effects:
            found[person] = mine
    return found


def held_by(people: People, wanted: Mapping[Receiver, object]) -> dict[str, list[Holds]]:
    """Which of the wanted roles and teams everybody has now."""
    found: dict[str, list[Holds]] = defaultdict(list)
    for one in people.standing.now():
        receiver = Receiver("role", one.role)
        if receiver in wanted:
            found[one.person].append(Holds(receiver, (one.focus_kind, one.focus_key)))
    for team, facts in people.teams.items():
        receiver = Receiver("team", team)
        if receiver in wanted:
            for person in sorted(facts.members | facts.leads):
                found[person].append(Holds(receiver))
    return found


def _mine(
    holds: Sequence[Holds], reached: Mapping[Receiver, Sequence[Effect]], able: Mapping[str, int]
) -> Mine:
    told = [
        one
        for held in sorted(set(holds))
        for one in reached[held.receiver]
        if _in_focus(one, held.focus)
    ]
    kept = _once(told)
    missing = {
        one.needs[0]: Missing(one.needs[0], one.needs[2], able.get(one.needs[0], 0))
        for one in sorted(kept, key=lambda one: one.needs[2] if one.needs else 0)
        if one.needs is not None and one.needs[2] > max(one.needs[1], able.get(one.needs[0], 0))
    }
    through = tuple(sorted({one.receiver for one in kept}))
    return Mine(kept, tuple(missing.values()), through, mark_of(kept))


def _in_focus(effect: Effect, focus: tuple[str, str]) -> bool:
    """Whether an effect is about what a holding is narrowed to."""
    kind, key = focus
    named = [value for name, value in effect.places if name == kind]
    return not kind or not named or key in named


def _once(told: Iterable[Effect]) -> tuple[Effect, ...]:
    """Each effect once, though role and team bring it; what one role loses and another of the same
    person gains is nothing to them."""
    by_thing: dict[object, list[Effect]] = defaultdict(list)
    for one in told:
        by_thing[one.thing].append(one)
    kept: list[Effect] = []
    for found in by_thing.values():
        gained = {one.after[:2] for one in found if one.sort == "gained"}
        lost = {one.before[:2] for one in found if one.sort == "lost"}
        seen: set[object] = set()
        for one in found:
            side = one.after[:2] if one.sort == "gained" else one.before[:2]
            said = (one.sort, one.before[:2], one.after[:2])
            if (one.sort != "changed" and side in gained & lost) or said in seen:
                continue
            seen.add(said)
            kept.append(one)
    return in_order(kept)


def mark_of(effects: Iterable[Effect]) -> str:
    """A short hash of what somebody is told, whoever tells it."""
    said = sorted(repr((one.thing, one.sort, one.before, one.after)) for one in effects)
    return sha256("\n".join(said).encode()).hexdigest()[:32]
