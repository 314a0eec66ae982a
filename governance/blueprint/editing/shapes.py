"""What a form asks for each field of a spec, read from the field's type."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from governance.blueprint.durations import parse_duration
from governance.blueprint.kinds.base import Condition, RefTo
from governance.blueprint.weeks import WeekDate

Type = Literal[
    "text", "area", "condition", "number", "amount", "duration", "flag", "date", "day", "choice",
    "choices", "reference", "references", "texts", "numbers", "mapping", "part", "parts",
]  # fmt: skip
SINGLE = frozenset({"text", "condition", "number", "amount", "duration", "date", "day", "choice"})
LONG = 300


@dataclass(frozen=True, slots=True)
class Slot:
    """One field as a form asks for it.

    ``optional`` may be nothing at all, ``required`` must be filled; ``kind`` is what a reference
    names, ``choices`` are what may be chosen, ``model`` is that of a part. ``listed`` says that a
    value of a mapping is a list.
    """

    name: str
    asks: Type
    required: bool = False
    optional: bool = False
    kind: str = ""
    choices: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    max_length: int | None = None
    pattern: str = ""
    listed: bool = False

    @property
    def keeps_empty(self) -> bool:
        """Whether an empty text is a value, and not nothing."""
        plain = self.asks in ("text", "area", "condition")
        return plain and not (self.required or self.optional or self.pattern)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A type without its wrapping: what it is, whether it may be None, and what marks it."""

    base: Any
    optional: bool
    marks: tuple[Any, ...]
    others: tuple[Any, ...] = ()


def _flat(marks: tuple[Any, ...]) -> Iterator[Any]:
    for mark in marks:
        yield from _flat(tuple(mark.metadata)) if isinstance(mark, FieldInfo) else (mark,)


def _seen(annotation: Any, marks: tuple[Any, ...] = ()) -> _Seen:
    if get_origin(annotation) is Annotated:
        base, *more = get_args(annotation)
        return _seen(base, (*marks, *_flat(tuple(more))))
    if get_origin(annotation) in (Union, UnionType):
        args = get_args(annotation)
        kept = [arg for arg in args if arg is not NoneType]
        first = _seen(kept[0], marks)
        others = tuple(_seen(arg).base for arg in kept[1:])
        return _Seen(first.base, len(kept) < len(args), first.marks, others)
    return _Seen(annotation, False, marks)


@cache
def slots(model: type[BaseModel]) -> tuple[Slot, ...]:
    """What a form asks for a spec or a part of one, in the order of its fields."""
    return tuple(_slot(name, info) for name, info in model.model_fields.items())


def _slot(name: str, info: FieldInfo) -> Slot:
    seen = _seen(info.annotation, tuple(_flat(tuple(info.metadata))))
    given = _shape(seen)
    longest = next((n for m in seen.marks if (n := getattr(m, "max_length", None))), None)
    shortest = next((n for m in seen.marks if (n := getattr(m, "min_length", None))), 0)
    pattern = next((p for m in seen.marks if (p := getattr(m, "pattern", None))), "")
    kind: Type = given.pop("asks")
    if kind == "text" and (longest or 0) >= LONG:
        kind = "area"
    free = kind in ("text", "area", "condition") and not shortest and not pattern
    listed = kind in ("references", "texts", "numbers", "choices", "parts", "mapping", "part")
    required = info.is_required() and not free and (not listed or bool(shortest))
    length = None if listed else longest
    return Slot(name, kind, required, seen.optional, max_length=length, pattern=pattern, **given)


def _shape(seen: _Seen) -> dict[str, Any]:
    base = seen.base
    if get_origin(base) is tuple:
        return _list_shape(_seen(get_args(base)[0]))
    if get_origin(base) is dict:
        return {"asks": "mapping", "listed": get_origin(get_args(base)[1]) is tuple}
    if get_origin(base) is Literal:
        choices = get_args(base)
        return {"asks": "flag"} if choices == (True,) else {"asks": "choice", "choices": choices}
    if base is WeekDate or WeekDate in seen.others:
        return {"asks": "day"}
    if isinstance(base, type) and issubclass(base, BaseModel):
        return {"asks": "part", "model": base}
    reference = next((mark for mark in seen.marks if isinstance(mark, RefTo)), None)
    if reference is not None:
        return {"asks": "reference", "kind": reference.kind}
    if any(getattr(mark, "func", None) is parse_duration for mark in seen.marks):
        return {"asks": "duration"}
    if any(isinstance(mark, Condition) for mark in seen.marks):
        return {"asks": "condition"}
    plain: dict[Any, Type] = {bool: "flag", int: "number", Decimal: "amount", date: "date"}
    return {"asks": plain.get(base, "text")}


def _list_shape(item: _Seen) -> dict[str, Any]:
    if isinstance(item.base, type) and issubclass(item.base, BaseModel):
        return {"asks": "parts", "model": item.base}
    if get_origin(item.base) is Literal:
        return {"asks": "choices", "choices": get_args(item.base)}
    reference = next((mark for mark in item.marks if isinstance(mark, RefTo)), None)
    if reference is not None:
        return {"asks": "references", "kind": reference.kind}
    return {"asks": "numbers" if item.base is int else "texts"}
