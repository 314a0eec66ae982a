"""Two people changed one element: what each made of it, field by field, and what is to count.

Works on stored content (plain data of JSON). Items of a list are told apart by their key, or by
where they come from and lead to, as in ``diff``; a list without such marks is one field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["mine", "theirs", "before"]
SIDES: tuple[Side, ...] = ("mine", "theirs", "before")


class _Absent:
    """Not there at all, which differs from nothing."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody changed. ``path`` is written as that of a difference of models."""

    path: str
    mine: Any
    theirs: Any
    before: Any

    @property
    def settled(self) -> Side | None:
        """Whose counts without asking; None where both changed it, and differently."""
        if _same(self.mine, self.theirs) or _same(self.theirs, self.before):
            return "mine"
        return "theirs" if _same(self.mine, self.before) else None

    def of(self, side: Side) -> Any:
        """What one side says."""
        return getattr(self, side)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def differences(before: Any, mine: Any, theirs: Any, path: str = "") -> Iterator[Difference]:
    """Every field in which one of the two is not as before."""
    if _same(before, mine) and _same(before, theirs):
        return
    found = _mappings(before, mine, theirs)
    if found is None:
        yield Difference(path, mine, theirs, before)
        return
    listed = isinstance(mine, list)
    old, own, other = found
    for name in dict.fromkeys([*other, *own, *old]):
        inner = f"{path}[{name}]" if listed else f"{path}.{name}" if path else name
        sides = (old.get(name, ABSENT), own.get(name, ABSENT), other.get(name, ABSENT))
        yield from differences(*sides, inner)
    if listed:
        orders = [[n for n in one if n in own and n in other] for one in (old, own, other)]
        if orders[1] != orders[2]:
            yield Difference(f"{path} order", orders[1], orders[2], orders[0])


def merged(before: Any, mine: Any, theirs: Any, chosen: Mapping[str, Side], path: str = "") -> Any:
    """What counts: of each difference the side chosen, else the one that counts without asking."""
    if _same(mine, theirs):
        return mine
    found = _mappings(before, mine, theirs)
    if found is None:
        one = Difference(path, mine, theirs, before)
        return one.of(chosen.get(path) or one.settled or "mine")
    listed = isinstance(mine, list)
    old, own, other = found
    made = {}
    for name in dict.fromkeys([*other, *own, *old]):
        inner = f"{path}[{name}]" if listed else f"{path}.{name}" if path else name
        sides = (old.get(name, ABSENT), own.get(name, ABSENT), other.get(name, ABSENT))
        value = merged(*sides, chosen, inner)
        if value is not ABSENT:
            made[name] = value
    if not listed:
        return made
    side = _order_side(path, old, own, other, chosen)
    first, second = (own, other) if side == "mine" else (other, own)
    return [made[name] for name in _woven(list(first), list(second)) if name in made]


def _order_side(
    path: str, old: Any, own: Any, other: Any, chosen: Mapping[str, Side]
) -> Literal["mine", "theirs"]:
    said = chosen.get(f"{path} order")
    if said in ("mine", "theirs"):
        return said
    orders = [[n for n in one if n in own and n in other] for one in (own, other, old)]
    one = Difference(path, *orders)
    return "theirs" if one.settled == "theirs" else "mine"


def _woven(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """All of both in the order of the first; what only the second has follows its predecessor."""
    found = list(first)
    for index, name in enumerate(second):
        if name in found:
            continue
        ahead = next((n for n in reversed(second[:index]) if n in found), None)
        found.insert(0 if ahead is None else found.index(ahead) + 1, name)
    return found


def _mappings(*sides: Any) -> list[dict[str, Any]] | None:
    """All three by name, where at least the two that are there can be told apart by names."""
    there = [side for side in sides if side is not ABSENT]
    if len(sides[1:]) != len([side for side in sides[1:] if side is not ABSENT]):
        return None
    if all(isinstance(side, Mapping) for side in there):
        return [dict(side) if side is not ABSENT else {} for side in sides]
    if not all(isinstance(side, list) for side in there):
        return None
    marked = [_marked(side) if side is not ABSENT else {} for side in sides]
    known = [one for one in marked if one is not None]
    return known if len(known) == len(marked) and any(known) else None


def _marked(items: list[Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, Mapping):
            return None
        mark = item.get("key")
        if mark is None and "source" in item and "target" in item:
            mark = f"{item['source']} → {item['target']}"
        if mark is None or mark in found:
            return None
        found[str(mark)] = item
    return found
