"""From what was typed to a spec, or to sentences at the fields they are about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from governance.blueprint.editing.shapes import Slot, slots
from governance.blueprint.editing.typed import NONE_OF_THEM, REMOVE, Names, Typed
from governance.blueprint.elements import Path
from governance.blueprint.kinds import ElementSpec, noun_of
from governance.blueprint.kinds.base import KEY_PATTERN
from governance.blueprint.serialise import build_spec, spec_class
from governance.blueprint.validation import sentences
from governance.blueprint.weeks import WEEK_DAYS

_WEEK = re.compile(r"^week\s+(-?\d{1,4})(?:[\s,]+([a-z]{3,9}))?(?:[\s,]+(\d{2}:\d{2}))?$", re.I)
_NOT_A_KEY = re.compile(r"[^a-z0-9]+")
MAX_KEY = 60
LONGEST_KEY = 100


@dataclass(slots=True)
class Built:
    """``spec`` is None where ``errors`` says what is wrong, by path into ``typed``."""

    typed: Typed
    spec: ElementSpec | None = None
    errors: dict[Path, list[str]] = field(default_factory=dict)


def build(kind: str, given: Typed, names: Names) -> Built:
    """The spec that was typed. What was marked to be removed is gone from ``typed``."""
    model = spec_class(kind)
    kept = _kept(model, given)
    found = Built(kept)
    content = _content(model, kept, names, (), found.errors)
    own = set(found.errors)
    try:
        spec = build_spec(kind, content)
    except ValidationError as error:
        for path, sentence in sentences(error, noun_of(kind)):
            place = _place(model, path)
            if place not in own:
                found.errors.setdefault(place, []).append(sentence)
        return found
    if not found.errors:
        found.spec = spec
    return found


def key_of(text: str, joined: str = "-") -> str:
    """A key made of a name: «Head baker» is ``head-baker``."""
    plain = text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return _NOT_A_KEY.sub(joined, plain.replace("ß", "ss"))[:MAX_KEY].strip(joined)


def check_key(key: str, taken: Iterable[str]) -> str:
    """What is wrong with the key of something new; "" where it may be used."""
    if not key:
        return "Write a key: lowercase letters, digits and single hyphens, such as night-bakers."
    if not re.fullmatch(KEY_PATTERN, key) or len(key) > LONGEST_KEY:
        return f"“{key[:60]}” is no key: lowercase letters, digits and single hyphens."
    if key == "new":
        return "“new” cannot be a key, because it is the address of this page; take another."
    return f"There is one with the key {key} already." if key in set(taken) else ""


def _kept(model: type[BaseModel], given: Typed) -> Typed:
    """Without what is to be removed; parts without a key get one from their name."""
    found: Typed = {}
    for slot in slots(model):
        value = given.get(slot.name, "")
        if slot.asks == "part" and slot.model is not None:
            value = _kept(slot.model, value)
        elif slot.asks == "parts" and slot.model is not None:
            items = [_kept(slot.model, item) for item in value if REMOVE not in item]
            value = _keyed(slot.model, items)
        found[slot.name] = value
    return found


def _keyed(model: type[BaseModel], items: list[Typed]) -> list[Typed]:
    slot = next((slot for slot in slots(model) if slot.name == "key"), None)
    if slot is None:
        return items
    joined = "-" if "-" in slot.pattern else "_"
    taken = {item["key"].strip() for item in items}
    for item in items:
        if item["key"].strip():
            continue
        says = next((item[n] for n in ("name", "title", "label", "text") if item.get(n)), "")
        key = plain = key_of(says, joined)
        number = 2
        while key in taken:
            key, number = f"{plain}{joined}{number}", number + 1
        item["key"] = key
        taken.add(key)
    return items


def _content(
    model: type[BaseModel], given: Typed, names: Names, path: Path, errors: dict[Path, list[str]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for slot in slots(model):
        here, value = (*path, slot.name), given[slot.name]
        if slot.asks == "part" and slot.model is not None:
            found[slot.name] = _content(slot.model, value, names, here, errors)
        elif slot.asks == "parts" and slot.model is not None:
            found[slot.name] = [
                _content(slot.model, item, names, (*here, index), errors)
                for index, item in enumerate(value)
            ]
        else:
            said: list[str] = []
            made = _value(slot, value, names, said)
            if said:
                errors[here] = said
            if made is not _NOTHING:
                found[slot.name] = made
    return found


_NOTHING = object()


def _value(slot: Slot, value: Any, names: Names, said: list[str]) -> Any:
    """What a field is to hold; nothing where nothing was typed."""
    match slot.asks:
        case "references":
            return [_named(slot, text, names, said) for text in value if text.strip()]
        case "texts":
            return [text for text in value if text.strip()]
        case "choices":
            chosen = [one for one in value if one != NONE_OF_THEM]
            empty = slot.optional and not chosen and NONE_OF_THEM not in value
            return _NOTHING if empty else chosen
        case "flag":
            return value == "true"
        case "numbers":
            return _numbers(value, said)
        case "mapping":
            return _mapping(slot, value, said)
    if slot.keeps_empty:
        return value
    text = value.strip() if slot.asks not in ("text", "area", "condition") else value
    if not text.strip():
        return _NOTHING
    match slot.asks:
        case "reference":
            return _named(slot, text, names, said)
        case "number":
            if not re.fullmatch(r"-?\d{1,12}", text):
                said.append("Write a whole number such as 12.")
                return text
            return int(text)
        case "amount":
            if not re.fullmatch(r"-?\d+(\.\d+)?", text):
                said.append("Write a number with plain digits, such as 1250 or 12.50.")
            return text
        case "day":
            return _day(text, said)
    return text


def _named(slot: Slot, text: str, names: Names, said: list[str]) -> str:
    key = names.key(slot.kind, text)
    if key is None:
        shown = " ".join(text.split())[:80]
        said.append(f"There is no {noun_of(slot.kind)} called “{shown}”; choose one of the list.")
        return text
    return key


def _numbers(text: str, said: list[str]) -> Any:
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    if not all(re.fullmatch(r"-?\d{1,9}", part) for part in parts):
        said.append("Write whole numbers with commas between them, such as 50, 75, 90.")
        return parts
    return [int(part) for part in parts]


def _mapping(slot: Slot, text: str, said: list[str]) -> Any:
    found: dict[str, Any] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or key.strip() in found:
            why = "has no colon" if not colon else "begins as another one does"
            said.append(f"The line “{line.strip()[:60]}” {why}; write each as name: value.")
            continue
        value = value.strip()
        parts = [part for part in re.split(r"[\s,;]+", value) if part]
        found[key.strip()] = parts if slot.listed else value
    return found


def _day(text: str, said: list[str]) -> Any:
    match = _WEEK.match(text)
    if match is None:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            said.append("Write a day such as 2026-03-31, or week 27, mon.")
        return text
    found: dict[str, Any] = {"week": int(match[1])}
    if match[2]:
        day = match[2].lower()[:3]
        if day not in WEEK_DAYS:
            said.append("Write the day of the week as mon, tue, wed, thu, fri, sat or sun.")
        found["day"] = day
    if match[3]:
        found["time"] = match[3]
    return found


def _place(model: type[BaseModel], path: Iterable[str | int]) -> Path:
    """The field or part of a form that a path of a finding lies in."""
    found: list[str | int] = []
    here: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            found.append(step)
            continue
        slot = next((s for s in slots(here) if s.name == step), None) if here else None
        if slot is None:
            break
        found.append(step)
        here = slot.model
        if here is None:
            break
    return tuple(found)
