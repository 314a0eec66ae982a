"""The one source of the present moment, as aware UTC.

``now()`` is the process's UTC plus the stored demo offset. The replay and the tests inject their
own source; nothing else in the code asks the operating system for the time of day.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_source: Callable[[], datetime] | None = None
_offset = timedelta(0)
_step = timedelta(0)


def now() -> datetime:
    """The present moment (aware, UTC)."""
    if _source is not None:
        return _source()
    return machine() + _offset


def machine() -> datetime:
    """The machine's own time (aware, UTC), which neither a demo nor a replay moves."""
    return datetime.now(UTC) + _step


def set_source(source: Callable[[], datetime] | None) -> None:
    """Inject where ``now`` comes from; None restores the process's clock."""
    global _source
    _source = source


def set_offset(offset: timedelta) -> None:
    """Move the clock of this process by a stored demo offset."""
    global _offset
    _offset = offset


def set_step(step: timedelta) -> None:
    """Let this process believe that its machine is off by so much: fault tests only."""
    global _step
    _step = step


def is_injected() -> bool:
    """True while a replay or a test supplies the time."""
    return _source is not None


def utc_s(moment: datetime) -> int:
    """Whole seconds since the epoch."""
    return int(moment.timestamp())


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Let ``now()`` answer ``moment`` inside the block."""
    before = _source
    set_source(lambda: moment)
    try:
        yield
    finally:
        set_source(before)
