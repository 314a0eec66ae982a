"""A whole operating model, held as raw text and parsed element by element on first use.

Parsed elements are shared between all versions in one cache keyed by content hash, so twenty
pinned versions cost little more than one and a stale entry cannot exist.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar, cast, overload

from governance.blueprint.checks import missing_sentence, problems_of
from governance.blueprint.elements import Element, ElementId, Problem
from governance.blueprint.kinds import (
    KINDS,
    ElementSpec,
    HandoffAgreement,
    Organisation,
    Team,
    Workflow,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.serialise import canonical, content_hash, model_hash, parse_spec

S = TypeVar("S", bound=ElementSpec)
T = TypeVar("T")
CACHE_BYTES = 96 * 2**20
# Measured: a parsed element takes about 6.5 times the bytes of its JSON.
_PARSED_FACTOR = 7


class UnknownElement(KeyError):
    """The model holds no element of this kind and key; `sentence` says so."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key
        self.sentence = missing_sentence(kind, key)

    def __str__(self) -> str:
        return self.sentence


class ByteLru:
    """A least-recently-used cache that holds at most `limit` bytes by its callers' estimates."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._items: OrderedDict[object, tuple[object, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: object, make: Callable[[], T], size: int) -> T:
        """The value of `key`, made when absent; `size` is its estimate in bytes."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return cast(T, self._items[key][0])
        value = make()
        with self._lock:
            if key not in self._items:
                self._items[key] = (value, size)
                self.used += size
                while self.used > self.limit and len(self._items) > 1:
                    _, (_, freed) = self._items.popitem(last=False)
                    self.used -= freed
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self.used = 0


_cache = ByteLru(CACHE_BYTES)
_compilers: dict[str, Callable[[Workflow], Any]] = {}


def use_compiler(compile_workflow: Callable[[Workflow], Any]) -> None:
    """Name the function behind `Blueprint.workflow_graph`; a higher app calls this at start."""
    _compilers["workflow"] = compile_workflow


def clear_cache() -> None:
    """Forget all parsed elements (tests)."""
    _cache.clear()


class Blueprint:
    """The elements of one version by kind and key. Treat it as immutable."""

    def __init__(
        self, raw: Mapping[ElementId, str], hashes: Mapping[ElementId, bytes] | None = None
    ) -> None:
        self._raw = dict(raw)
        self._hashes = dict(hashes) if hashes else None
        self._marks: dict[ElementId, tuple[str, bytes]] = {}
        self._agreements: dict[tuple[str, str], list[tuple[str, HandoffAgreement]]] | None = None
        self._content_hash: bytes | None = None
        self._memo: dict[str, Any] = {}
        # Parsed elements and what is built of them, for as long as this blueprint is held.
        self._kept: dict[ElementId, Any] | None = None
        self._built: dict[tuple[str, str, str], Any] = {}
        self._by_kind: dict[str, list[str]] | None = None
        self._found: dict[str, dict[str, Any]] = {}
        self._former: dict[ElementId, ElementSpec] = {}

    @classmethod
    def from_raw(
        cls, raw: Mapping[ElementId, str], hashes: Mapping[ElementId, bytes] | None = None
    ) -> "Blueprint":
        """From JSON text of specs (as the database gives it); nothing is parsed yet.

        `hashes` are the stored content hashes, which spare parsing all for `content_hash`.
        """
        return cls(raw, hashes)

    @classmethod
    def from_elements(cls, elements: Iterable[Element]) -> "Blueprint":
        """From typed elements, as `read_directory` gives them."""
        items = list(elements)
        return cls(
            {item.id: canonical(item.spec) for item in items},
            {item.id: content_hash(item.spec) for item in items},
        )

    def kept(self) -> "Blueprint":
        """The same model, which keeps all that it parses: for those who read all of it again and
        again, such as checks and editors."""
        if self._kept is not None:
            return self
        same = Blueprint(self._raw, self._hashes)
        same._kept = {}
        return same

    def followed_by(self, other: "Blueprint") -> "Blueprint":
        """The same as `other`, sharing what both have in common. Its base must be `kept`."""
        old, new = self.hashes(), other.hashes()
        changed = [item for item in old.keys() | new.keys() if old.get(item) != new.get(item)]
        return self.changed(
            {item: (other.text(*item), new[item]) if item in new else None for item in changed}
        )

    def changed(self, changes: Mapping[ElementId, tuple[str, bytes] | None]) -> "Blueprint":
        """Another model with text and content hash of some elements changed; None removes one.

        What was parsed and built of the others is shared. Its base must be `kept`.
        """
        raw, hashes = dict(self._raw), dict(self.hashes())
        for item, given in changes.items():
            if given is None:
                raw.pop(item, None)
                hashes.pop(item, None)
            else:
                raw[item], hashes[item] = given
        other = Blueprint(raw, hashes)
        other._kept = {i: s for i, s in (self._kept or {}).items() if i not in changes}
        other._built = {i: b for i, b in self._built.items() if i[:2] not in changes}
        touched = {kind for kind, _ in changes}
        other._found = {kind: s for kind, s in self._found.items() if kind not in touched}
        other._former = {i: self.get(*i) for i in changes if i in self._raw}
        other._marks = {i: mark for i, mark in self._marks.items() if i not in changes}
        return other

    # --- elements ---

    def __len__(self) -> int:
        return len(self._raw)

    def __contains__(self, item: object) -> bool:
        return item in self._raw

    def ids(self) -> list[ElementId]:
        """Kind and key of every element, sorted."""
        return sorted(self._raw)

    def keys(self, kind: str) -> list[str]:
        """Keys of one kind, sorted, without parsing anything."""
        if self._by_kind is None:
            found: dict[str, list[str]] = {}
            for name, key in sorted(self._raw):
                found.setdefault(name, []).append(key)
            self._by_kind = found
        return list(self._by_kind.get(kind, ()))

    def text(self, kind: str, key: str) -> str:
        """The raw JSON text of an element. Raises UnknownElement."""
        try:
            return self._raw[kind, key]
        except KeyError:
            raise UnknownElement(kind, key) from None

    @overload
    def get(self, kind: str, key: str) -> Any: ...
    @overload
    def get(self, kind: type[S], key: str) -> S: ...
    def get(self, kind: str | type[S], key: str) -> Any:
        """The spec of an element, by kind name or spec class. Raises UnknownElement."""
        name = kind if isinstance(kind, str) else kind.__name__
        if self._kept is not None:
            return self._keep(name, key)
        text = self.text(name, key)
        mark = self._mark(name, key, text)
        return _cache.get(mark, lambda: parse_spec(name, text), len(text) * _PARSED_FACTOR)

    def _keep(self, kind: str, key: str) -> Any:
        assert self._kept is not None
        spec = self._kept.get((kind, key))
        if spec is None:
            spec = self._kept[kind, key] = parse_spec(kind, self.text(kind, key))
        return spec

    def peek(self, kind: type[S], key: str | None) -> S | None:
        """The spec of an element, or None where there is none or no key."""
        if key is None or (kind.__name__, key) not in self._raw:
            return None
        return self.get(kind, key)

    @overload
    def find(self, kind: str) -> dict[str, Any]: ...
    @overload
    def find(self, kind: type[S]) -> dict[str, S]: ...
    def find(self, kind: str | type[S]) -> dict[str, Any]:
        """Every spec of a kind by key, in the order of keys."""
        name = kind if isinstance(kind, str) else kind.__name__
        if self._kept is None:
            return {key: self.get(name, key) for key in self.keys(name)}
        if name not in self._found:
            self._found[name] = {key: self.get(name, key) for key in self.keys(name)}
        return self._found[name]

    def specs(self) -> dict[ElementId, ElementSpec]:
        """Every element, parsed."""
        if self._kept is not None and len(self._kept) == len(self._raw):
            return self._kept
        return {(kind, key): self.get(kind, key) for kind, key in self.ids()}

    def elements(self) -> dict[ElementId, Element]:
        """Every element, parsed, with its schema number."""
        return {
            (kind, key): Element(kind, key, KINDS[kind].schema_version, spec)
            for (kind, key), spec in self.specs().items()
        }

    # --- what follows from them ---

    def hashes(self) -> dict[ElementId, bytes]:
        """The content hash of every element."""
        if self._hashes is None or set(self._hashes) != set(self._raw):
            self._hashes = {item: content_hash(spec) for item, spec in self.specs().items()}
        return self._hashes

    @property
    def content_hash(self) -> bytes:
        """One hash (32 bytes) over all elements; the same from files and from the database."""
        if self._content_hash is None:
            self._content_hash = model_hash(self.hashes())
        return self._content_hash

    def problems(self, changed: Collection[ElementId] | None = None) -> list[Problem]:
        """Dangling references, duplicates inside elements, conditions that cannot be read.

        With `changed` only what a change of these elements can have broken is looked at.
        """
        return problems_of(self.specs(), changed=changed, former=self._former)

    def compiled(self, kind: str, key: str, name: str, build: Callable[[Any], T]) -> T:
        """`build(spec)`, remembered by the content of the element under `name`."""
        if self._kept is not None:
            if (kind, key, name) not in self._built:
                self._built[kind, key, name] = build(self.get(kind, key))
            return cast(T, self._built[kind, key, name])
        text = self.text(kind, key)
        mark = (*self._mark(kind, key, text), name)
        return _cache.get(mark, lambda: build(self.get(kind, key)), len(text) * _PARSED_FACTOR)

    def memo(self, name: str, build: Callable[[], T]) -> T:
        """What `build` gives, remembered under `name` for as long as this blueprint is held."""
        if name not in self._memo:
            self._memo[name] = build()
        return cast(T, self._memo[name])

    def workflow_graph(self, key: str) -> Any:
        """The compiled graph of a workflow, by the compiler given to `use_compiler`."""
        return self.compiled("Workflow", key, "graph", _compilers["workflow"])

    def organisation(self) -> Organisation:
        """The organisation. Raises UnknownElement when the model has none."""
        keys = self.keys("Organisation")
        return self.get(Organisation, keys[0] if keys else "organisation")

    def stage(self, workflow_key: str, stage_key: str) -> Stage:
        """A stage of a workflow. Raises UnknownElement."""
        for stage in self.get(Workflow, workflow_key).stages:
            if stage.key == stage_key:
                return stage
        raise UnknownElement("Stage", f"{workflow_key}/{stage_key}")

    def agreement(
        self, giver_team: str, receiver_team: str, workflow: str | None, stage: str | None
    ) -> tuple[str, HandoffAgreement] | None:
        """Key and spec of the agreement for a handoff to a stage; None where none was made.

        One that names the stage wins over one that names the workflow, and that over the one
        for the pair of teams alone.
        """
        if self._agreements is None:
            index: dict[tuple[str, str], list[tuple[str, HandoffAgreement]]] = {}
            for key, spec in self.find(HandoffAgreement).items():
                index.setdefault((spec.giver_team, spec.receiver_team), []).append((key, spec))
            self._agreements = index
        best: tuple[int, str, HandoffAgreement] | None = None
        for key, spec in self._agreements.get((giver_team, receiver_team), []):
            if spec.stage not in (None, stage) or spec.workflow not in (None, workflow):
                continue
            rank = 2 * (spec.stage is not None) + (spec.workflow is not None)
            if best is None or rank > best[0]:
                best = (rank, key, spec)
        return None if best is None else (best[1], best[2])

    def team_calendar(self, team_key: str) -> str:
        """Key of the calendar a team works by: its own, its site's, else the organisation's."""
        team = self.get(Team, team_key)
        if team.calendar is not None:
            return team.calendar
        if team.site is not None:
            return str(self.get("Site", team.site).calendar)
        return self.organisation().default_calendar

    def _mark(self, kind: str, key: str, text: str) -> tuple[str, bytes]:
        mark = self._marks.get((kind, key))
        if mark is None:
            mark = (kind, hashlib.sha256(text.encode()).digest())
            self._marks[kind, key] = mark
        return mark


__all__ = [
    "Blueprint",
    "ByteLru",
    "Problem",
    "UnknownElement",
    "clear_cache",
    "use_compiler",
]
