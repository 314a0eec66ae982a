"""What higher apps tell the catalog; they register it in their ``apps.py``."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Used:
    """How often, and by how many people, a service was asked for; no department is everyone."""

    service_id: int
    department_id: int | None
    times: int
    people: int


# What was asked for since a moment: known only to the app that runs requests.
Usage = Callable[[datetime], Iterable[Used]]
_usage: list[Usage] = []


def register_usage(func: Usage) -> None:
    """``func(since)`` counts what was asked for; a later one replaces it."""
    _usage[:] = [func]


def usage(since: datetime) -> list[Used]:
    """What was asked for since a moment; nothing when no app counts."""
    return list(_usage[0](since)) if _usage else []


# Those of some contents (by hash) that a file of a higher app names.
Naming = Callable[[Collection[str]], Iterable[str]]
_naming: list[Naming] = []


def register_files(func: Naming) -> None:
    """``func(hashes)`` gives those that a file still names: their contents are kept."""
    if func not in _naming:
        _naming.append(func)


def named_files(shas: Collection[str]) -> set[str]:
    """Those of the contents that a file of a higher app names."""
    return {sha for func in _naming for sha in func(shas)}
