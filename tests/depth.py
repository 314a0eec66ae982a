"""How much is tried: a share in every run, all of it with ``./test --full``."""

import os
from collections.abc import Sequence
from typing import TypeVar

One = TypeVar("One")
VARIABLE = "ESM_TEST_FULL"
FULL = bool(os.environ.get(VARIABLE))
# Of what hypothesis would make up, every run tries one in so many.
SHARE = 4


def examples(count: int) -> int:
    """How many examples of ``count`` this run tries."""
    return count if FULL else max(1, count // SHARE)


def some_of(everybody: Sequence[One], turn: int) -> Sequence[One]:
    """All of them in a full run; else the one whose turn it is, so that they share the work."""
    return everybody if FULL else [everybody[turn % len(everybody)]]
