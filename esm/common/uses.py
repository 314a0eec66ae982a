"""Uses of an idempotency key and where what they were answered is kept.

``esm.common.api.once`` says what is guaranteed; an app above keeps the answers and registers here.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Use:
    """One use of a key: whose, for which operation, and the digest of what was sent."""

    user_id: int
    operation: str
    key: str
    digest: str


@dataclass(frozen=True)
class Kept:
    """What was answered; ``body`` is None where it held a secret, or was ``erased`` since."""

    digest: str
    status: int
    headers: Mapping[str, str]
    body: str | None
    erased: bool = False


class Keeper(Protocol):
    """Where answers are kept; all are called inside one transaction."""

    def watching(self) -> AbstractContextManager[None]:
        """Note, within, what the effect is about."""

    def claim(self, use: Use) -> Kept | None:
        """Insert the record of this use, or give what was answered. Waits for a rival."""

    def keep(self, use: Use, kept: Kept) -> None:
        """Write the answer to the record that was claimed."""


_keeper: list[Keeper] = []


def keeper() -> Keeper:
    """The one that is registered."""
    return _keeper[0]


def register(keeper: Keeper) -> None:
    """A later registration replaces this one."""
    _keeper[:] = [keeper]
