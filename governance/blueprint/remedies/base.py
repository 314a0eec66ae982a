"""What a remedy is: a question where there is one, and the edits that come of each answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import KINDS, ElementSpec, Role
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.serialise import build_spec, canonical, content_hash


@dataclass(frozen=True, slots=True)
class Proposed:
    """An element as a remedy would have it; ``content`` None takes it out."""

    kind: str
    key: str
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to mend something."""

    value: str
    words: str


Edits = tuple[Proposed, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends a finding. ``verb`` is what its button says, ``asks`` what is to be chosen.

    With one way nothing is asked. ``first`` is the way proposed where there are several, "" where
    none is nearer than the others. ``make`` gives the edits of one of the ways.
    """

    verb: str
    ways: tuple[Way, ...]
    make: Callable[[str], Edits]
    asks: str = ""
    first: str = ""

    def edits(self, value: str) -> Edits:
        """What one of its ways changes. Raises KeyError for what is none of them."""
        if all(way.value != value for way in self.ways):
            raise KeyError(value)
        return self.make(value)


# From a model, what was found in it and the day to a remedy, or None where there is none at hand.
Builder = Callable[[Blueprint, Finding, date | None], Remedy | None]


def content_of(bp: Blueprint, kind: str, key: str) -> dict[str, Any]:
    """An element as plain data, to be changed."""
    spec: ElementSpec = bp.get(kind, key)
    return spec.model_dump(mode="json")


def changed(bp: Blueprint, kind: str, key: str, **fields: Any) -> Proposed:
    """An element with some of its fields changed."""
    return Proposed(kind, key, content_of(bp, kind, key) | fields)


def stage_changed(bp: Blueprint, workflow: str, stage: str, **fields: Any) -> Proposed:
    """A workflow with some fields of one stage changed."""
    content = content_of(bp, "Workflow", workflow)
    next(one for one in content["stages"] if one["key"] == stage).update(fields)
    return Proposed("Workflow", workflow, content)


def stage_of(bp: Blueprint, finding: Finding, key: str = "") -> Stage | None:
    """The stage that a finding of a workflow is about; None where it is gone."""
    stages = bp.get("Workflow", finding.key).stages
    return next((one for one in stages if one.key == (key or finding.part)), None)


def free_key(bp: Blueprint, kind: str, wanted: str) -> str:
    """A key nobody has, as near to the wanted one as may be."""
    key, number = wanted[:90], 2
    while (kind, key) in bp:
        key, number = f"{wanted[:90]}-{number}", number + 1
    return key


def named(bp: Blueprint, kind: type[ElementSpec], only: Iterable[str] | None = None) -> list[Way]:
    """Elements of a kind to choose among, by name; some of them, or all."""
    name = kind.__name__
    if only is not None:
        return [Way(key, name_of(bp.get(name, key), key)) for key in only if (name, key) in bp]

    def all_of_them() -> list[Way]:
        found = [Way(key, name_of(spec, key)) for key, spec in bp.find(name).items()]
        return sorted(found, key=lambda way: way.words.lower())

    return bp.memo(f"ways to {name}", all_of_them)


def pick(
    verb: str,
    asks: str,
    ways: Iterable[Way],
    make: Callable[[str], Edits],
    first: Iterable[str | None] = (),
) -> Remedy | None:
    """A remedy with a choice; the first of ``first`` that may be chosen is proposed."""
    found = tuple(ways)
    if not found:
        return None
    values = {way.value for way in found}
    nearest = next((one for one in first if one in values), None)
    if len(found) == 1:
        return Remedy(verb, found, make, first=found[0].value)
    return Remedy(verb, found, make, asks, nearest or "")


def whole(verb: str, words: str, *edits: Proposed) -> Remedy:
    """A remedy without a choice."""
    return Remedy(verb, (Way("so", words),), lambda _: edits, first="so")


def role_choice(
    bp: Blueprint,
    verb: str,
    asks: str,
    make: Callable[[str], Edits],
    first: Iterable[str | None] = (),
) -> Remedy | None:
    """One role of all there are."""
    return pick(verb, asks, named(bp, Role), make, first)


def after(bp: Blueprint, edits: Iterable[Proposed]) -> Blueprint:
    """The model as it would be. Its base must be ``kept``. Raises ValueError for no content."""
    given: dict[tuple[str, str], tuple[str, bytes] | None] = {}
    for one in edits:
        if one.content is None:
            given[one.kind, one.key] = None
            continue
        assert one.kind in KINDS
        spec = build_spec(one.kind, one.content)
        given[one.kind, one.key] = (canonical(spec), content_hash(spec))
    return bp.changed(given)
