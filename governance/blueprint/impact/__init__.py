"""What a change of the model means for roles, teams and persons.

``effects(before, after)`` compares what both models say of roles and teams, looking only at what
has another hash and at what hangs on it. ``effects(b, a)`` is the mirror of ``effects(a, b)``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.impact import agreed, deciding, owning, places, work
from governance.blueprint.impact.claims import Claim, compare
from governance.blueprint.impact.effects import (
    ASPECT_NAMES,
    ASPECTS,
    NEVER,
    Aspect,
    Effect,
    Receiver,
    Said,
    Sort,
    in_order,
    mirror,
)
from governance.blueprint.impact.persons import Mine, persons
from governance.blueprint.impact.sentences import sentence, title
from governance.blueprint.kinds import DecisionRight, Offering

# Where teams are, who they belong to and when they work.
_OF_TEAMS = ("Team", "Site", "Calendar", "Organisation")
Keys = dict[str, set[str]]


def effects(before: Blueprint, after: Blueprint) -> tuple[Effect, ...]:
    """What is different for roles and teams, in order."""
    old, new = before.hashes(), after.hashes()
    changed = {item for item in old.keys() | new.keys() if old.get(item) != new.get(item)}
    if not changed:
        return ()
    keys: Keys = defaultdict(set)
    for kind, key in changed:
        keys[kind].add(key)
    keys["Service"] |= _services(before, keys) | _services(after, keys)
    found = [
        *compare(_claims(before, keys), _claims(after, keys)),
        *deciding.decisions(before, after, _types(before, after, keys)),
    ]
    return in_order(_touching(one, changed) for one in found)


def _touching(effect: Effect, changed: Collection[ElementId]) -> Effect:
    return replace(effect, touches=tuple(item for item in effect.touches if item in changed))


def _claims(bp: Blueprint, keys: Keys) -> Iterator[Claim]:
    """What one model says of roles and teams, as far as a change of these elements can matter."""
    yield from places.roles(bp, keys["Role"])
    yield from work.steps(bp, keys["Workflow"])
    if keys["Workflow"] or keys["Technology"]:
        yield from work.systems(bp)
    yield from agreed.agreements(bp, keys["HandoffAgreement"])
    yield from agreed.late(bp, keys["ClockPolicy"])
    yield from places.departments(bp, keys["Department"])
    if any(keys[kind] for kind in _OF_TEAMS):
        yield from places.teams(bp)
    yield from places.bodies(bp, keys["GovernanceBody"])
    for kind in owning.OWNED:
        yield from owning.owned(bp, kind, keys[kind])
    yield from owning.apart(bp, keys["SodRule"])
    yield from owning.controls(bp, keys["Control"])


def _services(bp: Blueprint, keys: Keys) -> set[str]:
    """Services whose offerings are different."""
    found = (bp.peek(Offering, key) for key in keys["Offering"])
    return {one.service for one in found if one is not None}


def _types(before: Blueprint, after: Blueprint, keys: Keys) -> set[str]:
    """Types of decision in which somebody's part can be different."""
    found = set(keys["DecisionType"])
    for bp in (before, after):
        for key, right in bp.find(DecisionRight).items():
            if key in keys["DecisionRight"] or right.body in keys["GovernanceBody"]:
                found.add(right.decision_type)
    return found


def by_receiver(found: Iterable[Effect]) -> dict[Receiver, list[Effect]]:
    """Effects by whom they reach."""
    reached: dict[Receiver, list[Effect]] = defaultdict(list)
    for one in found:
        reached[one.receiver].append(one)
    return dict(reached)


__all__ = [
    "ASPECTS",
    "ASPECT_NAMES",
    "NEVER",
    "Aspect",
    "Effect",
    "Mine",
    "Receiver",
    "Said",
    "Sort",
    "by_receiver",
    "effects",
    "in_order",
    "mirror",
    "persons",
    "sentence",
    "title",
]
