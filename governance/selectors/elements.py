"""One element of the model in words: what it says, what it names, what names it, since when."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import diff
from governance.blueprint.durations import format_duration
from governance.blueprint.kinds import KINDS, ElementSpec, folder_of
from governance.blueprint.references import references
from governance.models import ModelElement, ModelVersion
from governance.selectors.model_page import ElementLink, WordedChange, worded
from governance.selectors.versions import blueprint
from governance.selectors.wording import (
    CONDITIONS,
    condition_words,
    element_name,
    first_upper,
    label,
    noun,
    part_name,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing an element says: text, links to what it names, or parts with rows of their own."""

    label: str
    text: str = ""
    links: tuple[ElementLink, ...] = ()
    parts: tuple["PartRows", ...] = ()


@dataclass(frozen=True, slots=True)
class PartRows:
    """A part of an element, such as a stage, with what it says."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ElementPage:
    """Everything the page of an element shows; ``since`` is the first version with this content."""

    version: ModelVersion
    kind: str
    noun: str
    key: str
    name: str
    rows: tuple[Row, ...]
    used_by: tuple[ElementLink, ...]
    history: tuple[tuple[ModelVersion, bool], ...]
    change: WordedChange | None


def element_page(
    version: ModelVersion,
    against: ModelVersion | None,
    kind: str,
    key: str,
    *,
    known: Collection[ModelVersion],
) -> ElementPage | None:
    """The page of an element; None when the version has none of this kind and key.

    Its history is that in the versions ``known`` to the reader.
    """
    if kind not in KINDS:
        return None
    bp = blueprint(version)
    spec = bp.peek(KINDS[kind], key)
    if spec is None:
        return None
    return ElementPage(
        version=version,
        kind=kind,
        noun=noun(kind),
        key=key,
        name=element_name(bp, kind, key),
        rows=rows_of(bp, spec),
        used_by=used_by(bp, kind, key),
        history=_history(kind, key, {row.pk for row in known}),
        change=_change(bp, against, kind, key),
    )


def _link(bp: Blueprint, kind: str, key: str) -> ElementLink:
    return ElementLink(kind, folder_of(kind), key, element_name(bp, kind, key))


def used_by(bp: Blueprint, kind: str, key: str) -> tuple[ElementLink, ...]:
    """Elements that name this one, by kind and name."""
    found = {
        item
        for item, spec in bp.specs().items()
        for reference in references(spec)
        if (reference.kind, reference.key) == (kind, key) and item != (kind, key)
    }
    return tuple(_link(bp, *item) for item in sorted(found))


def rows_of(bp: Blueprint, spec: ElementSpec) -> tuple[Row, ...]:
    """All that an element says, in words."""
    return tuple(_rows(bp, spec, spec, ()))


def _rows(
    bp: Blueprint, root: ElementSpec, part: BaseModel, path: tuple[str | int, ...]
) -> Iterator[Row]:
    targets = {r.path: r.kind for r in references(root)}
    nested = bool(path)
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        usual = nested and not info.is_required() and value == info.default
        if value in (None, "", (), {}) or name == "key" or usual:
            continue
        at = (*path, name)
        words = first_upper(label(name))
        if at in targets:
            yield Row(words, links=(_link(bp, targets[at], value),))
        elif (*at, 0) in targets:
            yield Row(words, links=tuple(_link(bp, targets[*at, 0], item) for item in value))
        elif isinstance(value, BaseModel):
            yield from _rows(bp, root, value, at)
        elif isinstance(value, tuple) and isinstance(value[0], BaseModel):
            yield Row(words, parts=tuple(_part(bp, root, v, (*at, n)) for n, v in enumerate(value)))
        else:
            yield Row(words, text=_text(name, value))


def _part(
    bp: Blueprint, root: ElementSpec, part: BaseModel, path: tuple[str | int, ...]
) -> PartRows:
    title = part_name(part) or str(getattr(part, "key", ""))
    if hasattr(part, "source") and hasattr(part, "target"):
        title = f"{_stage_name(root, part.source)} → {_stage_name(root, part.target)}"
    shown = {"name", "title", "label", "text", "source", "target"}
    rows = tuple(
        row
        for row in _rows(bp, root, part, path)
        if row.text != title and row.label.lower() not in shown
    )
    return PartRows(title, rows)


def _stage_name(root: ElementSpec, key: str) -> str:
    stages = getattr(root, "stages", ())
    return next((stage.name for stage in stages if stage.key == key), key)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_s"):
        return format_duration(value)
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text('', item)}" for key, item in value.items())
    if name in CONDITIONS:
        return condition_words(str(value))
    return str(value).replace("_", " ") if name in {"kind", "accept_mode"} else str(value)


def _history(kind: str, key: str, known: Collection[int]) -> tuple[tuple[ModelVersion, bool], ...]:
    """Those versions that hold the element, oldest first, and whether its content changed there."""
    rows = ModelElement.objects.filter(kind=kind, key=key, version__in=known)
    rows = rows.select_related("version")
    found: list[tuple[ModelVersion, bool]] = []
    before: bytes | None = None
    for row in rows.defer("content").order_by("version__number"):
        stored = bytes(row.content_hash)
        found.append((row.version, stored != before))
        before = stored
    return tuple(found)


def _change(
    bp: Blueprint, against: ModelVersion | None, kind: str, key: str
) -> WordedChange | None:
    if against is None:
        return None
    before = blueprint(against)
    changes = diff(_only(before, kind, key), _only(bp, kind, key))
    return worded(changes[0], before, bp) if changes else None


def _only(bp: Blueprint, kind: str, key: str) -> Blueprint:
    """A blueprint of one element, or of none."""
    if (kind, key) not in bp:
        return Blueprint.from_raw({})
    return Blueprint.from_raw({(kind, key): bp.text(kind, key)})
