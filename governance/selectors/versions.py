"""Versions of the model and their blueprints.

A blueprint is raw text per element, parsed on first use. It is kept by the content hash of its
version, so an entry cannot be stale; which hash a published version has never changes.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db.models import TextField
from django.db.models.functions import Cast

from esm.common.rows import one
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.serialise import content_hash, model_hash, parse_spec
from governance.models import ModelElement, ModelVersion

RAW_BYTES = 64 * 2**20
# Which version is published is shown on every page and changes rarely (s).
AGE_S = 5.0


class _Blueprints:
    """Least recently used blueprints by content hash, up to a number of bytes of raw text."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._items: OrderedDict[bytes, tuple[Blueprint, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Blueprint | None:
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: bytes, value: Blueprint) -> None:
        size = sum(len(value.text(kind, name)) for kind, name in value.ids())
        with self._lock:
            self._items[key] = (value, size)
            while sum(s for _, s in self._items.values()) > self.limit and len(self._items) > 1:
                self._items.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()


_blueprints = _Blueprints(RAW_BYTES)
_hash_of: dict[int, bytes] = {}
_current: dict[str, tuple[float, ModelVersion | None]] = {}
_FINAL = (ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED)


def published() -> ModelVersion | None:
    """The version work starts on now; None before the first publication."""
    return one(ModelVersion.objects.filter(state=ModelVersion.State.PUBLISHED))


def current() -> ModelVersion | None:
    """The published version as pages name it, at most some seconds old; no query in between.

    What is to be right at this moment, as what new work is pinned to, asks ``published``.
    """
    known = _current.get("published")
    if known is None or monotonic() - known[0] > AGE_S:
        known = _current["published"] = (monotonic(), published())
    return known[1]


def last_known() -> int | None:
    """The id of the version that ``current`` named last in this process; never a query."""
    known = _current.get("published")
    return known[1].pk if known is not None and known[1] is not None else None


def forget_current() -> None:
    """Have the published version looked up anew."""
    _current.clear()


def version_for(pk: int) -> ModelVersion | None:
    """A version by id."""
    return one(ModelVersion.objects.filter(pk=pk))


def version_by_code(code: str) -> ModelVersion | None:
    """A version by what people call it."""
    return ModelVersion.objects.filter(code=code).first()


def versions() -> list[ModelVersion]:
    """All versions but discarded drafts, oldest number first, with bases and authors."""
    rows = ModelVersion.objects.exclude(state=ModelVersion.State.DISCARDED)
    return list(rows.select_related("based_on", "author").order_by("number"))


def in_force_on(known: Iterable[ModelVersion], day: date, zone: ZoneInfo) -> ModelVersion | None:
    """Which of the versions work ran on at the end of a day; None before the first."""
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    began = [v for v in known if v.state in _FINAL and v.published_at and v.published_at < end]
    return max(began, key=lambda v: (v.published_at, v.number), default=None)


def load_blueprint(version_id: int) -> Blueprint:
    """The blueprint of any version as it is in the database now; one query, not remembered."""
    rows = ModelElement.objects.filter(version_id=version_id)
    raw: dict[tuple[str, str], str] = {}
    hashes: dict[tuple[str, str], bytes] = {}
    found = rows.annotate(text=Cast("content", TextField()))
    for kind, key, text, stored in found.values_list("kind", "key", "text", "content_hash"):
        raw[kind, key] = text
        hashes[kind, key] = bytes(stored)
    return Blueprint.from_raw(raw, hashes)


def blueprint(version: int | ModelVersion) -> Blueprint:
    """The blueprint of a version; costs no query once a published one is known.

    A draft is read afresh each time.
    """
    pk = version if isinstance(version, int) else version.pk
    stored = _hash_of.get(pk)
    if stored is None:
        row = version_for(pk) if isinstance(version, int) else version
        if row is None or row.state not in _FINAL or row.content_hash is None:
            return load_blueprint(pk)
        stored = bytes(row.content_hash)
        _hash_of[pk] = stored
    held = _blueprints.get(stored)
    if held is None:
        held = load_blueprint(pk)
        _blueprints.put(stored, held)
    return held


def forget(version_id: int) -> None:
    """Drop what is remembered of a version whose publication begins or failed."""
    forget_current()
    _hash_of.pop(version_id, None)


def clear_caches() -> None:
    """Forget all blueprints (tests, memory)."""
    _hash_of.clear()
    _blueprints.clear()
    forget_current()


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a version's content is still what was published; ``wrong`` names elements."""

    ok: bool
    wrong: tuple[str, ...] = ()
    sentence: str = ""


def verify_version(version: ModelVersion) -> Verification:
    """Recompute every hash of a version from its content.

    Reads the elements from the database and never the cache: it is the check of what is stored.
    """
    rows = ModelElement.objects.filter(version=version).annotate(text=Cast("content", TextField()))
    computed: dict[tuple[str, str], bytes] = {}
    wrong: list[str] = []
    for kind, key, text, stored in rows.values_list("kind", "key", "text", "content_hash"):
        try:
            parse_spec(kind, text)
            # What is stored is hashed, not what this code reads: a field added since has its
            # default in the spec and stands in no published content.
            computed[kind, key] = content_hash(json.loads(text))
        except (ValueError, KeyError):
            wrong.append(f"{kind} {key}")
            continue
        if computed[kind, key] != bytes(stored):
            wrong.append(f"{kind} {key}")
    if wrong:
        sentence = f"{version.code}: {len(wrong)} elements do not match their hash."
        return Verification(False, tuple(sorted(wrong)), sentence)
    if version.content_hash is None or model_hash(computed) != bytes(version.content_hash):
        return Verification(False, (), f"{version.code}: the whole does not match its hash.")
    return Verification(True)


def codes_by_id(pks: Iterable[int]) -> dict[int, str]:
    """What people call the versions."""
    return dict(ModelVersion.objects.filter(pk__in=set(pks)).values_list("pk", "code"))
