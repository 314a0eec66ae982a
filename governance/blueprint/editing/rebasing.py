"""A draft brought up to what came into force meanwhile: three ways, element by element.

Where one side alone changed an element, or both changed different fields of it, nobody is asked.
What both changed is a clash: each of its fields is chosen. Nothing of either side is ever dropped
without somebody choosing so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing.merging import ABSENT, Difference, Side, differences, merged
from governance.blueprint.elements import ElementId
from governance.blueprint.serialise import build_spec

Content = dict[str, Any]
Chosen = Mapping[ElementId, Mapping[str, Side]]


@dataclass(frozen=True, slots=True)
class Clash:
    """An element that both changed: what each has of it, ``ABSENT`` where there is none."""

    kind: str
    key: str
    before: Any
    mine: Any
    theirs: Any
    # What both made of it fits together field by field, and makes nothing that can be stored.
    broken: bool = False

    @property
    def id(self) -> ElementId:
        """Kind and key."""
        return self.kind, self.key

    @property
    def whole(self) -> bool:
        """Whether one of the two took it out, so that there is no choosing by field."""
        return self.broken or self.mine is ABSENT or self.theirs is ABSENT

    def rows(self) -> list[Difference]:
        """What to choose, and what is settled."""
        if self.whole:
            return [Difference("", self.mine, self.theirs, self.before)]
        return list(differences(self.before, self.mine, self.theirs))

    def open_paths(self) -> list[str]:
        """What somebody has to choose."""
        if self.whole:
            return [""]
        return [one.path for one in self.rows() if one.settled is None]

    def settled(self, chosen: Mapping[str, Side]) -> Content | None:
        """The element that was chosen; None where that is none.

        Raises ValueError where it cannot be stored.
        """
        if self.whole:
            value = Difference("", self.mine, self.theirs, self.before).of(chosen[""])
        else:
            value = merged(self.before, self.mine, self.theirs, chosen)
        if value is ABSENT:
            return None
        return build_spec(self.kind, value).model_dump(mode="json")


@dataclass(slots=True)
class Rebased:
    """What becomes of a draft. ``taken`` is theirs as it is, ``merged`` fits together by itself.

    Both are by element, None where it goes; all that is in neither stays as it is in the draft.
    """

    taken: dict[ElementId, Content | None] = field(default_factory=dict)
    merged: dict[ElementId, Content] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)

    def open_choices(self, chosen: Chosen) -> list[tuple[ElementId, str]]:
        """What nobody has chosen yet: elements and paths."""
        return [
            (clash.id, path)
            for clash in self.clashes
            for path in clash.open_paths()
            if path not in chosen.get(clash.id, {})
        ]

    def edits(self, chosen: Chosen) -> dict[ElementId, Content | None]:
        """All that is written, by element. Raises ValueError where a choice cannot be stored."""
        found: dict[ElementId, Content | None] = {**self.taken, **self.merged}
        for clash in self.clashes:
            made = clash.settled(chosen.get(clash.id, {}))
            if made != (None if clash.mine is ABSENT else clash.mine):
                found[clash.id] = made
        return found


def rebase(before: Blueprint, mine: Blueprint, theirs: Blueprint) -> Rebased:
    """What becomes of ``mine``, which began as ``before``, once ``theirs`` has followed that."""
    old, own, other = before.hashes(), mine.hashes(), theirs.hashes()
    found = Rebased()
    for item in sorted(old.keys() | own.keys() | other.keys()):
        was, here, there = old.get(item), own.get(item), other.get(item)
        if there == was or here == there:
            continue
        if here == was:
            found.taken[item] = _plain(theirs, item)
        else:
            _both(found, item, _side(before, item), _side(mine, item), _side(theirs, item))
    return found


def _both(found: Rebased, item: ElementId, was: Any, own: Any, other: Any) -> None:
    if own == other or other == was:
        return
    clash = Clash(*item, was, own, other)
    if clash.open_paths():
        found.clashes.append(clash)
        return
    try:
        made = build_spec(item[0], merged(was, own, other, {})).model_dump(mode="json")
    except ValidationError:
        found.clashes.append(Clash(*item, was, own, other, broken=True))
        return
    if made != own:
        found.merged[item] = made


def _side(bp: Blueprint, item: ElementId) -> Any:
    return bp.get(*item).model_dump(mode="json") if item in bp else ABSENT


def _plain(bp: Blueprint, item: ElementId) -> Content | None:
    side = _side(bp, item)
    return None if side is ABSENT else side
