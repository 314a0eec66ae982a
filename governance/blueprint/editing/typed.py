"""What a form of an element holds: all as it is typed, so that nothing typed is ever lost."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from governance.blueprint.durations import format_duration
from governance.blueprint.editing.shapes import Slot, slots

# Names of fields to texts, lists of texts, parts or lists of parts.
Typed = dict[str, Any]
REMOVE = "-"
NONE_OF_THEM = "-"
_ACTIONS = ("add", "up", "down")


class Posted(Protocol):
    """What a browser sent."""

    def getlist(self, name: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Names:
    """What elements are called in a form, each name once for each kind: kind to key to name."""

    by_kind: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def shown(self, kind: str, key: str) -> str:
        """The name of an element; its key where there is none."""
        return self.by_kind.get(kind, {}).get(key, key)

    def key(self, kind: str, text: str) -> str | None:
        """The key of what was typed, by name, or by key; None for what does not exist."""
        text = " ".join(text.split())
        known = self.by_kind.get(kind, {})
        for key, name in known.items():
            if name == text:
                return key
        return text if text in known else None


def typed(model: type[BaseModel], content: Mapping[str, Any], names: Names) -> Typed:
    """The form of stored content (plain data of JSON)."""
    return {slot.name: _typed(slot, content.get(slot.name), names) for slot in slots(model)}


def blank(model: type[BaseModel], names: Names) -> Typed:
    """The form of something new, with what is usual."""
    usual = {
        name: info.default
        for name, info in model.model_fields.items()
        if not info.is_required() and not isinstance(info.default, BaseModel)
    }
    return typed(model, usual, names)


def _typed(slot: Slot, value: Any, names: Names) -> Any:
    match slot.asks:
        case "part":
            return typed(slot.model, value or {}, names) if slot.model else {}
        case "parts":
            return [typed(slot.model, item, names) for item in value or ()] if slot.model else []
        case "references":
            return [names.shown(slot.kind, key) for key in value or ()]
        case "texts":
            return [str(item) for item in value or ()]
        case "choices":
            return [NONE_OF_THEM] if slot.optional and value == [] else list(value or ())
        case "numbers":
            return ", ".join(str(item) for item in value or ())
        case "mapping":
            return "\n".join(_line(key, item) for key, item in (value or {}).items())
        case "flag":
            return "true" if value else ""
    if value is None:
        return ""
    match slot.asks:
        case "reference":
            return names.shown(slot.kind, value)
        case "duration":
            return format_duration(value)
        case "day" if isinstance(value, Mapping):
            return _week_text(value)
    return str(value)


def _line(key: str, value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list | tuple) else value
    return f"{key}: {text}"


def _week_text(value: Mapping[str, Any]) -> str:
    time = value.get("time", "00:00")
    text = f"week {value['week']}, {value.get('day', 'mon')}"
    return text if time == "00:00" else f"{text}, {time}"


def from_post(model: type[BaseModel], data: Posted, prefix: str = "") -> Typed:
    """What was typed. Parts come in the order of the page; each is announced by its number."""
    found: Typed = {}
    for slot in slots(model):
        name = f"{prefix}{slot.name}"
        values = [_plain(value) for value in data.getlist(name)]
        if slot.asks == "part" and slot.model is not None:
            found[slot.name] = from_post(slot.model, data, f"{name}.")
        elif slot.asks == "parts" and slot.model is not None:
            numbers = dict.fromkeys(n for n in values if re.fullmatch(r"\d{1,4}", n))
            found[slot.name] = [_one(slot.model, data, f"{name}.{n}.") for n in numbers]
        elif slot.asks in ("references", "texts", "choices"):
            found[slot.name] = values
        else:
            found[slot.name] = values[-1] if values else ""
    return found


def _one(model: type[BaseModel], data: Posted, prefix: str) -> Typed:
    item = from_post(model, data, prefix)
    if data.getlist(f"{prefix}{REMOVE}"):
        item[REMOVE] = "true"
    return item


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def change(model: type[BaseModel], given: Typed, action: str, names: Names) -> str:
    """Do what a button says: «add:stages», «up:stages.3», «down:stages.3»; changes ``given``.

    Returns the path of the part that it is about, "" where there is none.
    """
    verb, _, path = action.partition(":")
    if verb not in _ACTIONS:
        return ""
    steps = path.split(".")
    at = None if verb == "add" else steps.pop()
    found = _find(model, given, steps)
    if found is None:
        return ""
    slot, items = found
    where = ".".join(steps)
    if verb == "add":
        items.append(blank(slot.model, names) if slot.model else "")
        return f"{where}.{len(items) - 1}" if slot.model else where
    index = int(at) if at and at.isdecimal() else -1
    other = index + (1 if verb == "down" else -1)
    if not (0 <= index < len(items) and 0 <= other < len(items)):
        return f"{where}.{index}" if 0 <= index < len(items) else ""
    items[index], items[other] = items[other], items[index]
    return f"{where}.{other}"


def _find(model: type[BaseModel], given: Typed, steps: list[str]) -> tuple[Slot, list[Any]] | None:
    """The list that a path names."""
    slot = next((slot for slot in slots(model) if steps and slot.name == steps[0]), None)
    if slot is None:
        return None
    here, rest = given[slot.name], steps[1:]
    if slot.asks == "part" and slot.model is not None:
        return _find(slot.model, here, rest)
    if not isinstance(here, list):
        return None
    if not rest:
        return slot, here
    if slot.model is None or not rest[0].isdecimal() or int(rest[0]) >= len(here):
        return None
    return _find(slot.model, here[int(rest[0])], rest[1:])
