"""The chains on which a piece of work records: what is told of it may say what stands there."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

_here = local()


@contextmanager
def watching() -> Iterator[None]:
    """Remember, within, the chains on which this thread records."""
    before = getattr(_here, "chains", None)
    _here.chains = set()
    try:
        yield
    finally:
        _here.chains = before


def note(chain: str) -> None:
    """Something is recorded on this chain."""
    chains = getattr(_here, "chains", None)
    if chains is not None:
        chains.add(chain)


def chains() -> list[str]:
    """Those so far, in order; none where nobody watches."""
    return sorted(getattr(_here, "chains", None) or ())
