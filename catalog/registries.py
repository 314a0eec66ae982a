"""What higher apps tell the catalog; they register it in their ``apps.py``."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would be known of a request sent now: its clocks, and whether anybody is there.

    ``answer_by`` is None where the first step has no target, ``opens_at`` while the team is there.
    """

    team: str
    answer_by: datetime | None
    promised_at: datetime
    opens_at: datetime | None


# (blueprint, offering's spec, answers, department's key, moment): known to the app that runs work.
OutlookOf = Callable[[Any, Any, Mapping[str, Any], str, datetime], Outlook | None]
_outlook: list[OutlookOf] = []


def register_outlook(func: OutlookOf) -> None:
    """``func`` says by when somebody who sends now is answered; a later one replaces it."""
    _outlook[:] = [func]


def outlook(
    bp: Any, spec: Any, values: Mapping[str, Any], department: str, at: datetime
) -> Outlook | None:
    """By when somebody who sends now is answered; None when no app knows."""
    return _outlook[0](bp, spec, values, department, at) if _outlook else None


@dataclass(frozen=True, slots=True)
class Similar:
    """An open request that may be the same."""

    ref: str
    title: str
    url: str
    state: str
    asked_by: str
    submitted_at: datetime
    mine: bool


# (account, offering id, title, answers): only what the account may see.
SimilarTo = Callable[[Any, int, str, Mapping[str, Any]], Sequence[Similar]]
_similar: list[SimilarTo] = []


def register_similar(func: SimilarTo) -> None:
    """``func`` finds open requests that may be the same; a later one replaces it."""
    _similar[:] = [func]


def similar(user: Any, offering_id: int, title: str, values: Mapping[str, Any]) -> list[Similar]:
    """Open requests this account may see that may be the same."""
    return list(_similar[0](user, offering_id, title, values)) if _similar else []
