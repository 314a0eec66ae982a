"""Context of the shell: read lazily, so that fragments and errors cost nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from esm.common import counting, nav
from esm.common.nav import Banner, NavEntry, PrimaryAction, Running, Viewer

PAGE = "base.html"
FRAGMENT = "fragment.html"
THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True)
class Item:
    """An entry as the templates draw it for this visitor."""

    key: str
    label: Any
    url: str
    icon: str
    current: bool
    count: int
    count_label: Any
    urgent: bool
    keys: str
    phone: Any
    top: bool


@dataclass(frozen=True)
class Group:
    """A group of the rail with the entries this visitor may use."""

    key: str
    label: Any
    items: tuple[Item, ...]


class Shell:
    """Everything the shell shows to one visitor on one page."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def brand(self) -> str:
        """Name of the organisation."""
        return nav.shell.brand(self.request) if nav.shell.brand else ""

    @cached_property
    def viewer(self) -> Viewer | None:
        """The person who is signed in."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        found = nav.shell.viewer(self.request) if nav.shell.viewer else None
        return found or Viewer(name=str(user))

    @cached_property
    def running(self) -> Running | None:
        """The foot of the rail."""
        return nav.shell.running(self.request) if nav.shell.running else None

    @cached_property
    def banners(self) -> list[Banner]:
        """Lines above the page."""
        found = (banner(self.request) for banner in nav.shell.banners.values())
        return [banner for banner in found if banner]

    @cached_property
    def primary(self) -> PrimaryAction | None:
        """The filled button of the top bar, if this visitor may use it."""
        action = nav.shell.primary
        return action if action and self.viewer and action.visible(self.request) else None

    @cached_property
    def groups(self) -> list[Group]:
        """Groups of the rail, without entries this visitor may not use."""
        shown = [(e, self._url(e)) for e in nav.shell.entries.values() if self._usable(e)]
        shown = [(e, url) for e, url in shown if url]
        current = self._current(shown)
        items = [(e, self._item(e, url, e.key == current)) for e, url in shown]
        items.sort(key=lambda pair: (pair[0].order, pair[0].key))
        order = sorted(nav.shell.groups.items(), key=lambda group: group[1][0])
        groups = [
            Group(key, label, tuple(item for e, item in items if e.group == key))
            for key, (_, label) in order
        ]
        return [group for group in groups if group.items]

    @cached_property
    def items(self) -> list[Item]:
        """All entries in the order of the rail."""
        return [item for group in self.groups for item in group.items]

    @property
    def top(self) -> list[Item]:
        """Entries that also stand in the top bar, while there is something to count."""
        return [item for item in self.items if item.top and item.count]

    @property
    def phone(self) -> list[Item]:
        """At most four entries for the bar of a phone."""
        return [item for item in self.items if item.phone][:4]

    @property
    def more_current(self) -> bool:
        """Whether the current entry is none of the phone's bar."""
        return not any(item.current for item in self.phone)

    @cached_property
    def counts(self) -> dict[str, int]:
        """What the entries of this visitor count, by key; one query for all of them."""
        found = {
            entry.key: entry.count(self.request)
            for entry in nav.shell.entries.values()
            if entry.count is not None and self._usable(entry)
        }
        rows = {key: value for key, value in found.items() if not isinstance(value, int)}
        numbers = dict(zip(rows, counting.together(*rows.values()), strict=True))
        return {key: n for key, n in found.items() if isinstance(n, int)} | numbers

    def _usable(self, entry: NavEntry) -> bool:
        return self.viewer is not None and entry.visible(self.request)

    def _url(self, entry: NavEntry) -> str:
        return entry.url if isinstance(entry.url, str) else entry.url(self.request)

    def _current(self, shown: list[tuple[NavEntry, str]]) -> str:
        """Key of the entry with the longest prefix of this address."""
        path = self.request.path
        best, length = "", 0
        for entry, url in shown:
            for prefix in (url, *entry.match):
                hit = path == prefix or (prefix != "/" and path.startswith(prefix))
                if hit and len(prefix) > length:
                    best, length = entry.key, len(prefix)
        return best

    def _item(self, entry: NavEntry, url: str, current: bool) -> Item:
        return Item(
            key=entry.key,
            label=entry.label,
            url=url,
            icon=entry.icon,
            current=current,
            count=self.counts.get(entry.key, 0),
            count_label=entry.count_label,
            urgent=entry.urgent,
            keys=entry.keys,
            phone=entry.phone,
            top=entry.top,
        )


def page_base(request: HttpRequest) -> str:
    """Template a page extends: the whole shell, or the bare content for htmx."""
    htmx = getattr(request, "htmx", None)
    return FRAGMENT if htmx and not htmx.boosted else PAGE


def shell(request: HttpRequest) -> Mapping[str, Any]:
    """Context processor: ``shell``, ``nav`` (its groups), ``theme``, ``rail`` and ``page_base``."""
    lazy = SimpleLazyObject(lambda: Shell(request))
    theme = request.COOKIES.get("theme", "")
    return {
        "shell": lazy,
        "nav": SimpleLazyObject(lambda: lazy.groups),
        "theme": theme if theme in THEMES else "",
        "rail": "narrow" if request.COOKIES.get("rail") == "narrow" else "",
        "page_base": page_base(request),
    }
