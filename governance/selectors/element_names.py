"""What elements are called in a form: each name once, so that who types it means one of them."""

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing import Names, slots
from governance.blueprint.kinds import KINDS, ElementSpec, Workflow
from governance.blueprint.references import references
from governance.selectors.wording import element_name

LONGEST = 90


def names_for(bp: Blueprint, kind: str, spec: ElementSpec | None) -> Names:
    """Names of all that an element of a kind may name, and of what it names though it is gone."""
    found = {one: _names(bp, one) for one in sorted(set(_kinds_named(KINDS[kind])))}
    for reference in references(spec) if spec is not None else ():
        found.setdefault(reference.kind, {}).setdefault(reference.key, reference.key)
    return Names(found)


def _names(bp: Blueprint, kind: str) -> dict[str, str]:
    keys = bp.keys(kind)
    plain = {key: " ".join(element_name(bp, kind, key).split())[:LONGEST] for key in keys}
    often = Counter(plain.values())
    # A name that is the key of another one would mean two things.
    double = {name for name, n in often.items() if n > 1} | (set(plain.values()) & set(keys))
    named = {k: f"{name} ({k})" if name in double else name for k, name in plain.items()}
    return dict(sorted(named.items(), key=lambda item: item[1].lower()))


def _kinds_named(model: type[BaseModel]) -> Iterator[str]:
    for slot in slots(model):
        if slot.kind:
            yield slot.kind
        if slot.model is not None:
            yield from _kinds_named(slot.model)


def stage_keys(bp: Blueprint) -> list[tuple[str, str]]:
    """Keys of the stages of all workflows, with names."""
    found = {stage.key: stage.name for flow in bp.find(Workflow).values() for stage in flow.stages}
    return sorted(found.items(), key=lambda item: item[1].lower())
