"""Words looked for in a model: in names, keys and all other texts of its elements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.elements import ElementId

AROUND = 60
MAX_WORDS = 8
# What says nothing to whoever looks for words: conditions, and keys of parts; the key of the
# element itself is looked at apart.
_QUIET = ("key", "when", "expression", "start_when", "test")


@dataclass(frozen=True, slots=True)
class Passage:
    """The first place where a word stands in a text of an element; ``field`` is its name."""

    field: str
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An element in which every word stands; 0 ranks before 3: name, start of name, key, text."""

    kind: str
    key: str
    rank: int
    passage: Passage | None


def find(bp: Blueprint, text: str) -> list[Hit]:
    """Elements in which every word of ``text`` stands, best first; none for no word."""
    words = [word for word in text.casefold().split() if word][:MAX_WORDS]
    if not words:
        return []
    found = []
    for item, texts in _texts(bp).items():
        low = "\n".join(one.casefold() for _, one in texts)
        if all(word in low for word in words):
            found.append(_hit(item, texts, words))
    return sorted(found, key=lambda hit: (hit.rank, hit.kind, hit.key))


def _hit(item: ElementId, texts: tuple[tuple[str, str], ...], words: list[str]) -> Hit:
    name, key = texts[0][1].casefold(), item[1]
    if name == " ".join(words):
        rank = 0
    elif all(word in name for word in words):
        rank = 1
    elif all(word in key for word in words):
        rank = 2
    else:
        rank = 3
    return Hit(*item, rank, None if rank < 2 else _passage(texts[2:], words))


def _passage(texts: tuple[tuple[str, str], ...], words: list[str]) -> Passage | None:
    """Where most of the words stand together, from the first of them on."""
    best: tuple[int, str, str, int, str] | None = None
    for field, text in texts:
        low = text.casefold()
        if len(low) != len(text):
            # A letter that becomes two moves all that follows it.
            low = text.lower() if len(text.lower()) == len(text) else text
        places = [(low.find(word), word) for word in words if word in low]
        if places and (best is None or len(places) > best[0]):
            at, word = min(places)
            best = (len(places), field, text, at, word)
    if best is None:
        return None
    _, field, text, at, word = best
    end = at + len(word)
    before = text[max(0, at - AROUND) : at]
    after = text[end : end + AROUND]
    return Passage(
        field,
        f"…{before}" if at > AROUND else before,
        text[at:end],
        f"{after}…" if end + AROUND < len(text) else after,
    )


def _texts(bp: Blueprint) -> dict[ElementId, tuple[tuple[str, str], ...]]:
    """Of every element its name, its key, then its other texts with the names of their fields."""

    def build() -> dict[ElementId, tuple[tuple[str, str], ...]]:
        return {
            item: (("name", name_of(spec, item[1])), ("key", item[1]), *said(spec))
            for item, spec in bp.specs().items()
        }

    found: dict[ElementId, tuple[tuple[str, str], ...]] = bp.memo("texts", build)
    return found


def said(part: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an element or a part of it, with the name of its field."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            if name not in _QUIET:
                yield from said(getattr(part, name), name)
    elif isinstance(part, str):
        if part.strip():
            yield field, " ".join(part.split())
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from said(str(key), field)
            yield from said(value, field)
    elif isinstance(part, tuple | list):
        for item in part:
            yield from said(item, field)
