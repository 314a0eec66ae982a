"""What is different between two models: element by element, field by field, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import format_duration
from governance.blueprint.elements import ElementId
from governance.blueprint.kinds import ElementSpec, noun_of

Op = Literal["added", "removed", "changed"]
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; `before` and `after` are written for people."""

    path: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """Says the change in one line."""
        return f"{self.path}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Change:
    """One element that was added, removed or changed."""

    op: Op
    kind: str
    key: str
    name: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def sentence(self) -> str:
        """Says what happened to the element."""
        noun = noun_of(self.kind)
        if self.op == "added":
            return f"New {noun} “{self.name}”."
        if self.op == "removed":
            return f"The {noun} “{self.name}” is gone."
        count = len(self.fields)
        things = "one thing" if count == 1 else f"{count} things"
        return f"The {noun} “{self.name}” changes in {things}."


def diff(before: Blueprint, after: Blueprint) -> list[Change]:
    """Every difference between two models, in the order of kind and key."""
    old, new = before.hashes(), after.hashes()
    changes: list[Change] = []
    for item in sorted(old.keys() | new.keys()):
        change = _change(item, old, new, before, after)
        if change is not None:
            changes.append(change)
    return changes


def _change(
    item: ElementId,
    old: Mapping[ElementId, bytes],
    new: Mapping[ElementId, bytes],
    before: Blueprint,
    after: Blueprint,
) -> Change | None:
    kind, key = item
    if item not in new:
        return Change("removed", kind, key, name_of(before.get(kind, key), key))
    if item not in old:
        return Change("added", kind, key, name_of(after.get(kind, key), key))
    if old[item] == new[item]:
        return None
    was, now = before.get(kind, key), after.get(kind, key)
    fields = tuple(_fields("", was, now))
    if not fields:
        # Written before a field existed and written again since: it says the same.
        return None
    return Change("changed", kind, key, name_of(now, key), fields)


def name_of(spec: ElementSpec, key: str) -> str:
    """What people call an element: its name, title, question or statement, else its key."""
    for name in ("name", "title", "question", "statement", "clause"):
        value = getattr(spec, name, "")
        if value:
            return str(value)
    return key


def _fields(path: str, was: object, now: object) -> Iterator[FieldChange]:
    if isinstance(was, BaseModel) and isinstance(now, BaseModel) and type(was) is type(now):
        for name in type(was).model_fields:
            inner = f"{path}.{name}" if path else name
            yield from _fields(inner, getattr(was, name), getattr(now, name))
    elif isinstance(was, tuple) and isinstance(now, tuple):
        yield from _lists(path, was, now)
    elif isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _mappings(path, was, now)
    elif was != now:
        yield FieldChange(path, _words(path, was), _words(path, now))


def _lists(path: str, was: tuple[object, ...], now: tuple[object, ...]) -> Iterator[FieldChange]:
    old, new = _marked(was), _marked(now)
    if old is None or new is None:
        if was != now:
            yield FieldChange(path, _words(path, was), _words(path, now))
        return
    yield from _mappings(path, old, new)
    kept_before = [key for key in old if key in new]
    kept_after = [key for key in new if key in old]
    if kept_before != kept_after:
        yield FieldChange(f"{path} order", ", ".join(kept_before), ", ".join(kept_after))


def _mappings(
    path: str, was: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[FieldChange]:
    for key in [*was, *(key for key in now if key not in was)]:
        inner = f"{path}[{key}]"
        if key not in now:
            yield FieldChange(inner, _words(inner, was[key]), NOTHING)
        elif key not in was:
            yield FieldChange(inner, NOTHING, _words(inner, now[key]))
        else:
            yield from _fields(inner, was[key], now[key])


def _marked(items: tuple[object, ...]) -> dict[str, object] | None:
    """Items by what identifies them (a key, or source and target); None where nothing does."""
    found: dict[str, object] = {}
    for item in items:
        mark = getattr(item, "key", None)
        if mark is None and hasattr(item, "source") and hasattr(item, "target"):
            mark = f"{item.source} → {item.target}"
        if mark is None or mark in found:
            return None
        found[str(mark)] = item
    return found


def _words(path: str, value: object) -> str:
    if value is None or value == "" or value == ():
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and path.endswith("_s"):
        return format_duration(value)
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(_words("", item) for item in value)
    if isinstance(value, BaseModel):
        for name in ("name", "label", "title", "text"):
            if getattr(value, name, ""):
                return f"“{getattr(value, name)}”"
        parts = (str(part) for part in value.model_dump(mode="json").values() if part)
        return ", ".join(parts)
    return str(value)
