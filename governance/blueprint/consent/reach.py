"""How far a version reaches: which decides who may decide on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.belonging import belongings
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.kinds import DecisionRight, GovernanceBody, Role, ValueStream

STREAM, RIGHT = ValueStream.__name__, DecisionRight.__name__


@dataclass(frozen=True, slots=True)
class Reach:
    """Value streams whose elements change, and rights of executives that do, by key."""

    streams: tuple[str, ...]
    executive_rights: tuple[str, ...]

    @property
    def level(self) -> int:
        """0 within one stream, 1 across several or of the whole, 2 where executives' rights are."""
        if self.executive_rights:
            return 2
        return 0 if len(self.streams) == 1 else 1


def class_of(reach: Reach, classes: Sequence[str]) -> str:
    """The risk class of a type of decision about the model, whose classes go from near to far.

    The last stands for all that reaches further; "" where the type has none.
    """
    return classes[min(reach.level, len(classes) - 1)] if classes else ""


def reach_of(before: Blueprint, after: Blueprint) -> Reach:
    """What differs between two models, by the streams it belongs to in either of them."""
    old, new = before.hashes(), after.hashes()
    changed = {item for item in old.keys() | new.keys() if old.get(item) != new.get(item)}
    streams: set[str] = set()
    for bp in (before, after):
        known = belongings(bp)
        for item in changed:
            if item in known:
                streams |= known[item].streams
    streams |= {key for kind, key in changed if kind == STREAM}
    rights = {item for item in changed if item[0] == RIGHT}
    rights = {one for one in rights if _executive(before, one) or _executive(after, one)}
    return Reach(tuple(sorted(streams)), tuple(sorted(key for _, key in rights)))


def _executive(bp: Blueprint, item: ElementId) -> bool:
    right = bp.peek(DecisionRight, item[1])
    if right is None:
        return False
    body = bp.peek(GovernanceBody, right.body)
    roles = [right.role] if right.role else list(body.members) if body else []
    found = (bp.peek(Role, role) for role in roles)
    return any(role is not None and role.category == "executive" for role in found)
