"""The way a request takes when nothing comes back: which steps its answers lead through.

Every step is completed and every decision says yes. It is how the same answers are held against
two definitions of a workflow.
"""

from collections.abc import Mapping
from typing import NamedTuple

from workflows.engine.shapes import EngineError, Graph
from workflows.engine.tokens import complete, start

# A way that comes to one step so often goes round for ever.
MOST = 3


class Way(NamedTuple):
    """Steps in the order they were entered, those that were passed by; ``problem`` says why it
    does not lead to an end."""

    entered: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    problem: str = ""


class Difference(NamedTuple):
    """Steps that are entered on one way and not on the other."""

    newly: tuple[str, ...]
    no_longer: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Both ways lead through the same steps."""
        return not self.newly and not self.no_longer


def way_of(graph: Graph, values: Mapping[str, object]) -> Way:
    """The way that answers take through a workflow."""
    entered: list[str] = []
    skipped: list[str] = []
    try:
        step = start(graph, values)
        while True:
            entered += [entry.stage for entry in step.entered]
            skipped += step.skipped
            if step.ended:
                return Way(tuple(entered), tuple(skipped))
            if any(entered.count(entry.stage) > MOST for entry in step.entered):
                return Way(tuple(entered), tuple(skipped), "It goes round and round.")
            token = min(step.marking["tokens"], key=_order)
            step = complete(graph, step.marking, token, values)
    except EngineError as error:
        return Way(tuple(entered), tuple(skipped), str(error))


def _order(token: str) -> tuple[int, ...]:
    return tuple(int(part) for part in token.split("."))


def difference(before: Way, after: Way) -> Difference:
    """Steps newly entered and no longer entered, in the order of their way."""
    return Difference(
        tuple(key for key in dict.fromkeys(after.entered) if key not in before.entered),
        tuple(key for key in dict.fromkeys(before.entered) if key not in after.entered),
    )


def known_values(graph: Graph, values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What of the answers the conditions of a workflow read: equal ones lead the same way."""
    return tuple((n, repr(values[n]) if n in values else "") for n in sorted(graph.variables))
