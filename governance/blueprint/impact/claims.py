"""What a model says of its roles and teams, thing by thing; two models are compared by it.

A claim is *presence* (the role answers for a step) or an *attribute* of something present (how long
the step may take). An attribute is only different where its anchor is there in both models: whoever
newly answers for a step is not told each of its times as a change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from governance.blueprint.elements import ElementId
from governance.blueprint.impact.effects import (
    Aspect,
    Effect,
    Receiver,
    Said,
    Sort,
    degree_of_times,
)
from governance.blueprint.impact.words import together


class Place(NamedTuple):
    """Where a claim stands: topic, element and part of it."""

    topic: str
    kind: str
    key: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a model says of a receiver; ``mark`` is what is compared, ``value`` what is read.

    ``anchor`` names the part the claim is an attribute of. ``seconds`` makes the degree of a time.
    """

    receiver: Receiver
    name: str
    aspect: Aspect
    place: Place
    what: str
    value: str = ""
    mark: str | None = None
    degree: int = 1
    anchor: str | None = None
    anchors: str | None = None
    timed: bool = False
    seconds: int | None = None
    places: tuple[tuple[str, str], ...] = ()
    touches: tuple[ElementId, ...] = ()
    level: tuple[str, int] | None = None

    @property
    def compared(self) -> str:
        """What has to be the same in both models."""
        return self.value if self.mark is None else self.mark


Claims = Mapping[tuple[Receiver, Place], Claim]


class Book:
    """The claims of one model, with who has each thing and what is there at all."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims: dict[tuple[Receiver, Place], Claim] = {}
        self.holders: dict[Place, dict[Receiver, str]] = defaultdict(dict)
        self.anchors: set[tuple[Receiver, str, str, str]] = set()
        for one in claims:
            self.claims.setdefault((one.receiver, one.place), one)
            self.holders[one.place][one.receiver] = one.name
            if one.anchors is not None:
                self.anchors.add((one.receiver, one.place.kind, one.place.key, one.anchors))

    def who(self, place: Place, but: Receiver) -> str:
        """Who else of the same sort has a thing, in words."""
        found = self.holders.get(place, {})
        return together(
            name for one, name in sorted(found.items()) if one != but and one.kind == but.kind
        )

    def anchored(self, claim: Claim) -> bool:
        """Whether what a claim is an attribute of is there."""
        place = claim.place
        mark = (claim.receiver, place.kind, place.key, claim.anchor or "")
        return claim.anchor is None or mark in self.anchors


def compare(before: Iterable[Claim], after: Iterable[Claim]) -> Iterator[Effect]:
    """What is different between the claims of two models."""
    old, new = Book(before), Book(after)
    for mark in old.claims.keys() | new.claims.keys():
        was, now = old.claims.get(mark), new.claims.get(mark)
        if was is not None and now is not None:
            if was.compared != now.compared:
                yield _effect("changed", was, now, old, new)
        elif (one := was or now) is not None and old.anchored(one) and new.anchored(one):
            yield _effect("lost" if was else "gained", was, now, old, new)


def _effect(sort: Sort, was: Claim | None, now: Claim | None, old: Book, new: Book) -> Effect:
    one = now or was
    assert one is not None
    degree = max(claim.degree for claim in (was, now) if claim is not None)
    if was is not None and now is not None and one.timed:
        degree = degree_of_times(was.seconds, now.seconds)
    levels = [claim.level if claim is not None else None for claim in (was, now)]
    skill = next((level[0] for level in levels if level), None)
    return Effect(
        receiver=one.receiver,
        aspect=min(claim.aspect for claim in (was, now) if claim is not None),
        topic=one.place.topic,
        kind=one.place.kind,
        key=one.place.key,
        part=one.place.part,
        sort=sort,
        before=_said(was, old, one),
        after=_said(now, new, one),
        degree=degree,
        places=_union(was.places if was else (), now.places if now else ()),
        touches=_union(was.touches if was else (), now.touches if now else ()),
        needs=None
        if skill is None
        else (skill, levels[0][1] if levels[0] else 0, levels[1][1] if levels[1] else 0),
    )


def _said(claim: Claim | None, book: Book, one: Claim) -> Said:
    who = book.who(one.place, one.receiver) if one.anchor is None else ""
    return Said(who=who) if claim is None else Said(claim.what, claim.value, who)


def _union(
    one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({*one, *other}))
