"""What higher apps tell the catalog; they register it in their ``apps.py``."""

from collections.abc import Callable, Mapping
from datetime import datetime

# Requests by service id since a moment: known only to the app that runs them.
Usage = Callable[[datetime], Mapping[int, int]]
_usage: list[Usage] = []


def register_usage(func: Usage) -> None:
    """``func(since)`` counts what was asked for by service id; a later one replaces it."""
    _usage[:] = [func]


def usage(since: datetime) -> Mapping[int, int] | None:
    """Counts by service id, or None when no app counts."""
    return _usage[0](since) if _usage else None
