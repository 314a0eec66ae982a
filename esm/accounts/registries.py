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

# Why a program that acts in a role (by its key) may do nothing now; empty when it may.
WhyIdle = Callable[[str], str]

_describe: list[Describe] = []
_why_idle: list[WhyIdle] = []


def register_personas(describe: Describe) -> None:
    """``describe`` gives a Persona per id of an account; a later registration replaces this one."""
    _describe[:] = [describe]


def register_roles(why_idle: WhyIdle) -> None:
    """Who knows whether a role still stands; a later registration replaces this one."""
    _why_idle[:] = [why_idle]


def why_idle(role_key: str) -> str:
    """Why a program in this role may do nothing now, as a sentence; empty when it may."""
    return _why_idle[0](role_key) if _why_idle else ""


def describe(user_ids: Sequence[int]) -> Mapping[int, Persona]:
    """Descriptions of the accounts that are known, by account id."""
    return _describe[0](user_ids) if _describe else {}
