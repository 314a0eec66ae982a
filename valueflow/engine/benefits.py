"""What was promised and what came of it, added up: each promise due counts one, and by how far.

Progress of a promise counts from 0 to 1, so that none makes good for another; one that cannot be
told counts as not realised. Money is added where somebody said what a unit is worth.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Due:
    """One promise: whether its day has come, how far it is, and what all of it is worth."""

    kind: str
    due: bool
    progress: float | None = None
    worth: float | None = None

    @property
    def realised(self) -> float:
        """From 0 to 1."""
        return min(1.0, max(0.0, self.progress or 0.0))


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises taken together; ``promised`` are those due, ``realised`` the sum of what came."""

    n: int
    promised: int
    realised: float
    worth: float | None
    worth_realised: float | None

    @property
    def share(self) -> float | None:
        """Σ realised ÷ Σ promised; None until one is due."""
        return self.realised / self.promised if self.promised else None


def kept(rows: Iterable[Due]) -> Kept:
    """What these promises come to."""
    listed = list(rows)
    due = [one for one in listed if one.due]
    priced = [one for one in due if one.worth is not None]
    return Kept(
        n=len(listed),
        promised=len(due),
        realised=sum(one.realised for one in due),
        worth=sum(one.worth or 0.0 for one in priced) if priced else None,
        worth_realised=sum(one.realised * (one.worth or 0.0) for one in priced) if priced else None,
    )
