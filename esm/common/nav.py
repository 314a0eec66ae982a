"""What the shell of every page shows; the apps register it in their ``apps.py``.

This module knows no page: labels, addresses, counts and who sees an entry come with the entry.
Callables get the web request and run once per page that shows the shell, so they cost no query of
their own: what is to be counted is given as rows, and all of it is counted in one. Registering the
same key again replaces the entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

Text = Any  # str or a lazy translation


def _everyone(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated)


@dataclass(frozen=True)
class NavEntry:
    """One entry of the rail, and where else it shows.

    ``url`` is an address or a callable giving one (empty hides the entry). ``match`` lists further
    address prefixes under which the entry is current. ``count`` gives a number, hidden at 0, or a
    bounded queryset (``rows.order_by()[:100]``), which is counted together with the others;
    ``urgent`` draws it in the accent. ``keys`` are typed in sequence ("g q"). ``phone`` is its word
    in the bar of a phone, ``top`` puts it into the top bar too.
    """

    key: str
    group: str
    label: Text
    url: str | Callable[[HttpRequest], str]
    icon: str
    order: int = 100
    visible: Callable[[HttpRequest], bool] = _everyone
    count: Callable[[HttpRequest], "int | QuerySet[Any, Any]"] | None = None
    count_label: Text = ""
    urgent: bool = False
    keys: str = ""
    phone: Text = ""
    top: bool = False
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class PrimaryAction:
    """The one filled button of the top bar."""

    label: Text
    url: str
    icon: str = "plus"
    keys: str = ""
    visible: Callable[[HttpRequest], bool] = _everyone


@dataclass(frozen=True)
class Viewer:
    """The person who is signed in, as the top bar shows them."""

    name: str
    role: str = ""
    slot: str = "n"
    url: str = ""
    others: tuple[tuple[str, str], ...] = ()  # (label, address) lines of the person menu


@dataclass(frozen=True)
class Running:
    """The foot of the rail: a line above, the linked text."""

    lead: Text
    text: Text
    url: str = ""


@dataclass(frozen=True)
class Banner:
    """A line above every page; ``form`` is the address a button posts to."""

    text: Text
    state: str = ""
    form: str = ""
    button: Text = ""


@dataclass
class Registry:
    """All that is registered; one instance, ``shell``."""

    groups: dict[str, tuple[int, Text]] = field(default_factory=dict)
    entries: dict[str, NavEntry] = field(default_factory=dict)
    primary: PrimaryAction | None = None
    brand: Callable[[HttpRequest], str] | None = None
    viewer: Callable[[HttpRequest], Viewer | None] | None = None
    running: Callable[[HttpRequest], Running | None] | None = None
    banners: dict[str, Callable[[HttpRequest], Banner | None]] = field(default_factory=dict)


shell = Registry()


def register_group(key: str, label: Text, order: int) -> None:
    """A group of the rail."""
    shell.groups[key] = (order, label)


def register(entry: NavEntry) -> None:
    """An entry of the rail."""
    shell.entries[entry.key] = entry


def register_primary(action: PrimaryAction) -> None:
    """The filled button of the top bar."""
    shell.primary = action


def register_brand(name: Callable[[HttpRequest], str]) -> None:
    """Who gives the organisation's name; also asked for visitors who are not signed in."""
    shell.brand = name


def register_viewer(viewer: Callable[[HttpRequest], Viewer | None]) -> None:
    """Who describes the signed-in person."""
    shell.viewer = viewer


def register_running(running: Callable[[HttpRequest], Running | None]) -> None:
    """Who gives the foot of the rail."""
    shell.running = running


def register_banner(key: str, banner: Callable[[HttpRequest], Banner | None]) -> None:
    """A line above every page, shown while ``banner`` gives one."""
    shell.banners[key] = banner
