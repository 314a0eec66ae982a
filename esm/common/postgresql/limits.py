"""How long a statement may run and wait for a lock, by the kind of process that asks.

A connection is opened with its limits, so that they cost no statement of their own. Where nobody
says what the process is, it is a command: migrations, rebuilds and imports by hand run to their
end.
"""

from dataclasses import dataclass

from django.conf import settings

COMMAND, WEB, SWEEP, BULK = "command", "web", "sweep", "bulk"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one statement, and within it for one lock; 0 is without end."""

    statement: float
    lock: float


_kind = COMMAND


def use(kind: str) -> None:
    """Say what this process is; counts for connections that are opened from now on."""
    global _kind
    _kind = kind


def kind() -> str:
    """What this process is."""
    return _kind


def limits() -> Limits:
    """The limits of this process."""
    found: Limits = settings.DATABASE_LIMITS[_kind]
    return found


def options() -> str:
    """The limits as options of a new connection."""
    now = limits()
    statement, lock = round(1000 * now.statement), round(1000 * now.lock)
    return f"-c statement_timeout={statement} -c lock_timeout={lock}"
