"""What higher apps plug in: what the home page leads to beside requests."""

from collections.abc import Callable, Sequence
from typing import Any

# (words, address) of what somebody looks at first; asked once per home page, so it costs no query.
Links = Callable[[Any], Sequence[tuple[str, str]]]

_looks: dict[str, Links] = {}


def register_look(key: str, links: Links) -> None:
    """Offer links on the home page; the same key again replaces them."""
    _looks[key] = links


def looks(user: Any) -> list[tuple[str, str]]:
    """What an account looks at first."""
    return [link for links in _looks.values() for link in links(user)]
