"""What has to stay on record although what it was part of is taken back.

``later(write)`` keeps a write until the outermost ``scope`` ends: the request of a browser or of a
program (a middleware), or a service that was called without one. By then the transaction that was
refused is over, and each write runs in one of its own. A write may run more than once where a
caller asks again, so it names what it writes.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, transaction

P = ParamSpec("P")
T = TypeVar("T")
_pending: ContextVar[list[Callable[[], None]] | None] = ContextVar("aftermath", default=None)
_log = logging.getLogger(__name__)


def later(write: Callable[[], None]) -> None:
    """Have something written once what runs now is over; at once where nobody waits for it."""
    waiting = _pending.get()
    if waiting is None:
        _run([write])
    else:
        waiting.append(write)


@contextmanager
def scope() -> Iterator[None]:
    """Collect what is to be written; the outermost writes it when it ends, also by an error."""
    if _pending.get() is not None:
        yield
        return
    waiting: list[Callable[[], None]] = []
    mark = _pending.set(waiting)
    try:
        yield
    finally:
        _pending.reset(mark)
        _run(waiting)


def on_record(service: Callable[P, T]) -> Callable[P, T]:
    """A service in a scope: what it is refused for is on record when it returns."""

    @wraps(service)
    def called(*args: P.args, **named: P.kwargs) -> T:
        with scope():
            return service(*args, **named)

    return called


def _run(writes: list[Callable[[], None]]) -> None:
    for write in writes:
        try:
            with transaction.atomic():
                write()
        except DatabaseError:
            # The refusal itself stands and is answered as such.
            _log.exception("A refusal could not be written down.")
