"""A switch for replays: notices are written, nothing is sent."""

from collections.abc import Iterator
from contextlib import contextmanager

_state = {"muted": False}


def is_muted() -> bool:
    """True while this process sends nothing."""
    return _state["muted"]


@contextmanager
def muted() -> Iterator[None]:
    """Write notices inside the block without any mail for them."""
    before = _state["muted"]
    _state["muted"] = True
    try:
        yield
    finally:
        _state["muted"] = before
