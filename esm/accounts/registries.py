"""How accounts are described to visitors: known by the app above, registered in its ``apps.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """An account as the demo's sign-in page offers it; ``slot`` is the colour of the avatar."""

    key: str
    name: str
    role: str = ""
    slot: str = "n"
    does: str = ""
    order: int = 0


Describe = Callable[[Sequence[int]], Mapping[int, Persona]]

_describe: list[Describe] = []


def register_personas(describe: Describe) -> None:
    """``describe`` gives a Persona per id of an account; a later registration replaces this one."""
    _describe[:] = [describe]


def describe(user_ids: Sequence[int]) -> Mapping[int, Persona]:
    """Descriptions of the accounts that are known, by account id."""
    return _describe[0](user_ids) if _describe else {}
