"""Properties that must always hold, each with a checker that finds nothing on a healthy system.

Apps register their checkers in ``apps.py``; ``manage.py check_invariants`` runs them all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Check = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """An id of the design, the property in one sentence, and who checks it.

    A checker yields one sentence per violation, naming the row.
    """

    key: str
    sentence: str
    checks: tuple[Check, ...]


_known: dict[str, Invariant] = {}


def register(key: str, sentence: str, check: Check) -> None:
    """Add a checker; several apps may hold parts of one invariant."""
    known = _known.get(key)
    checks = known.checks if known else ()
    if check not in checks:
        _known[key] = Invariant(key, known.sentence if known else sentence, (*checks, check))


def invariants() -> list[Invariant]:
    """All of them in the order of their ids (I1, I2 … I10, M7)."""
    return sorted(_known.values(), key=lambda i: (i.key[0], int(i.key[1:])))


def violations(invariant: Invariant) -> list[str]:
    """What its checkers find now."""
    return [sentence for check in invariant.checks for sentence in check()]
