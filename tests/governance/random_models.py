"""Models that hypothesis changes: any field by its type, elements taken out and added.

What comes out is whole: it has no dangling reference, no part named twice, no unreadable condition.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from governance.blueprint.checks import problems_of
from governance.blueprint.elements import Element, ElementId
from governance.blueprint.kinds.base import RefTo
from governance.blueprint.references import references
from governance.blueprint.serialise import build_spec

Model = dict[ElementId, Element]
WORDS = st.text("abc äß-1", min_size=1, max_size=12).map(lambda text: f"W{text}".strip())
# Text that is a key, a time, a zone or a condition is no free text.
FREE = {
    *("name", "title", "question", "statement", "purpose", "text", "label", "help", "summary"),
    *("note", "value", "trigger", "instructions", "output", "clause", "evidence", "source"),
    *("period", "unit", "supplier", "release_note", "verb", "rhythm"),
}


def _marks(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[Any]:
    yield from metadata
    for part in get_args(annotation) if get_origin(annotation) is not None else ():
        yield from _marks(part, tuple(getattr(part, "__metadata__", ())))


def _choices(annotation: Any) -> list[Any]:
    """Values of a field that has a few named ones, of a plain list of such, or yes and no."""
    if annotation is bool:
        return [True, False]
    args = get_args(annotation)
    if args and all(isinstance(arg, str | bool) for arg in args):
        return list(args)
    return [value for arg in args if get_origin(annotation) is not tuple for value in _choices(arg)]


def _parts(spec: BaseModel, content: Any) -> Iterator[tuple[BaseModel, dict[str, Any]]]:
    """A spec and its dump side by side, and every part of both."""
    yield spec, content
    for name in type(spec).model_fields:
        value, dumped = getattr(spec, name), content[name]
        if isinstance(value, BaseModel):
            yield from _parts(value, dumped)
        elif isinstance(value, tuple):
            for one, below in zip(value, dumped, strict=True):
                if isinstance(one, BaseModel):
                    yield from _parts(one, below)


def _new_value(draw: Any, model: Model, name: str, info: Any, old: Any) -> Any:
    """Another value that a field may hold; the old one where nothing is known to change it to."""
    kinds = [m.kind for m in _marks(info.annotation, tuple(info.metadata)) if isinstance(m, RefTo)]
    if kinds:
        keys = sorted(key for kind, key in model if kind == kinds[0])
        if isinstance(old, tuple | list):
            return draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)) if keys else old
        return draw(st.sampled_from([*keys, None]))
    if isinstance(old, str) and name in FREE:
        return draw(WORDS)
    if choices := _choices(info.annotation):
        return draw(st.sampled_from(choices))
    if isinstance(old, int) and not isinstance(old, bool):
        return old + draw(st.sampled_from([-1, 1, 60, 3600]))
    if isinstance(old, tuple | list) and len(old) > 1:
        return draw(st.permutations(list(old)))
    return old


def _change(draw: Any, model: Model) -> Model:
    """One field of one part of one element."""
    kind = draw(st.sampled_from(sorted({kind for kind, _ in model})))
    item = draw(st.sampled_from(sorted(item for item in model if item[0] == kind)))
    content = model[item].spec.model_dump()
    parts = list(_parts(model[item].spec, content))
    part, dumped = parts[draw(st.integers(0, len(parts) - 1))]
    name = draw(st.sampled_from(sorted(type(part).model_fields)))
    dumped[name] = _new_value(draw, model, name, type(part).model_fields[name], dumped[name])
    return {**model, item: Element(*item, 1, build_spec(item[0], content))}


def _shuffle(draw: Any, model: Model) -> Model:
    """The order of one list of one element."""
    places = [
        (item, number, name)
        for item, element in sorted(model.items())
        for number, (part, _) in enumerate(_parts(element.spec, element.spec.model_dump()))
        for name in type(part).model_fields
        if isinstance(getattr(part, name), tuple) and len(getattr(part, name)) > 1
    ]
    if not places:
        return model
    item, number, name = draw(st.sampled_from(places))
    content = model[item].spec.model_dump()
    dumped = list(_parts(model[item].spec, content))[number][1]
    dumped[name] = draw(st.permutations(list(dumped[name])))
    return {**model, item: Element(*item, 1, build_spec(item[0], content))}


def _remove(draw: Any, model: Model) -> Model:
    """An element that nothing names."""
    named = {(r.kind, r.key) for one in model.values() for r in references(one.spec)}
    loose = sorted(item for item in model if item not in named and item[0] != "Organisation")
    gone = draw(st.sampled_from(loose)) if loose else None
    return {item: element for item, element in model.items() if item != gone}


def _add(draw: Any, model: Model) -> Model:
    """Another element like one there is."""
    kind, key = draw(st.sampled_from(sorted(i for i in model if i[0] != "Organisation")))
    new = (kind, f"{key[:80]}-{draw(st.integers(2, 9))}")
    return {**model, new: Element(*new, 1, model[kind, key].spec)}


EDITS: tuple[Callable[[Any, Model], Model], ...] = (
    *(_change, _change, _change),
    *(_shuffle, _remove, _add),
)


@st.composite
def edited(draw: Any, model: Mapping[ElementId, Element], most: int = 8) -> Model:
    """A model after some edits; one that would leave it broken is not made."""
    now: Model = dict(model)
    for _ in range(draw(st.integers(1, most))):
        try:
            tried = draw(st.sampled_from(EDITS))(draw, now)
        except ValidationError:
            continue
        if not problems_of({item: element.spec for item, element in tried.items()}):
            now = tried
    return now
