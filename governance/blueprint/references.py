"""Finds the references of a spec from its types: a field whose schema names a kind."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from governance.blueprint.elements import Path, Reference
from governance.blueprint.kinds.base import Condition, RefTo


def _marks(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[Any]:
    yield from metadata
    if get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from _marks(part, tuple(getattr(part, "__metadata__", ())))


@cache
def _field_kinds(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    found = []
    for name, info in model.model_fields.items():
        for mark in _marks(info.annotation, tuple(info.metadata)):
            if isinstance(mark, RefTo):
                found.append((name, mark.kind))
    return tuple(found)


@cache
def condition_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Names of the fields that hold an expression."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(mark, Condition) for mark in info.metadata)
    )


@cache
def _nesting_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Names of the fields that may hold a model, or several."""
    return tuple(name for name, info in model.model_fields.items() if _holds_model(info.annotation))


def _holds_model(annotation: Any) -> bool:
    if get_origin(annotation) is not None:
        return any(_holds_model(part) for part in get_args(annotation))
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def parts(spec: BaseModel, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """The spec itself and every model nested in it, with paths."""
    yield path, spec
    for name in _nesting_fields(type(spec)):
        value = getattr(spec, name)
        if isinstance(value, BaseModel):
            yield from parts(value, (*path, name))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from parts(item, (*path, name, index))


def references(spec: BaseModel) -> Iterator[Reference]:
    """Every reference of a spec to an element, in the order of its fields."""
    for path, part in parts(spec):
        for name, kind in _field_kinds(type(part)):
            value = getattr(part, name)
            if isinstance(value, str):
                yield Reference((*path, name), kind, value)
            elif isinstance(value, tuple):
                for index, key in enumerate(value):
                    yield Reference((*path, name, index), kind, key)
