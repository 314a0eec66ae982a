"""Which groups of a breakdown stay hidden, so that no small one can be worked out."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

from valueflow.engine.summary import FEW

Group = TypeVar("Group", bound=Hashable)


def hidden_groups(
    cases: Mapping[Group, Collection[int]], may_list: Collection[int] = ()
) -> frozenset[Group]:
    """Groups of fewer than five cases, and the next smallest where only one would be hidden.

    A single hidden group of a sum that is known is the difference of the others. Groups whose
    every case the viewer may list anyway hide nothing.
    """
    allowed = frozenset(may_list)
    sizes = {group: len(set(ids)) for group, ids in cases.items()}
    small = {g for g, n in sizes.items() if 0 < n < FEW and not set(cases[g]) <= allowed}
    if len(small) != 1:
        return frozenset(small)
    others = sorted((g for g in sizes if g not in small and sizes[g]), key=lambda g: sizes[g])
    return frozenset(small | set(others[:1]))
