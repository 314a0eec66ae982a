"""What higher apps tell the catalog; they register it in their ``apps.py``."""

from collections.abc import Callable, Iterable
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
