"""Who hears of problems and opportunities in the change feed: whoever may read them."""

from collections.abc import Collection, Sequence
from typing import Any

from esm.events.registries import Sight
from esm.events.registry import EventRow
from valueflow.selectors import improvements, stream_problems


def _all(_user: Any, rows: Sequence[EventRow]) -> list[EventRow]:
    return list(rows)


def _of_problems(user: Any, ids: Collection[int]) -> Collection[int]:
    rows = stream_problems.visible_to(user).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _of_improvements(user: Any, ids: Collection[int]) -> Collection[int]:
    rows = improvements.visible_to(user).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


PROBLEMS = Sight(seen=_of_problems, heard=_all)
IMPROVEMENTS = Sight(seen=_of_improvements, heard=_all)
