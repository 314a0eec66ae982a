"""All addresses the portal answers, as the resolver knows them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One route, its parameters unfilled, the name it is reversed by, and its view."""

    route: str
    name: str
    view: Callable[..., Any]


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    """Every route that answers, in the order in which they are tried."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Address(route, entry.name or "", entry.callback)
        else:
            yield from addresses(entry, route)


def words() -> set[str]:
    """The fixed words of all routes."""
    return {
        part
        for address in addresses()
        for part in address.route.split("/")
        if part and "<" not in part and "^" not in part
    }
