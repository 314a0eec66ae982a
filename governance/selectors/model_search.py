"""What is found in a version of the model, by kind, with the words around each match."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import folder_of
from governance.blueprint.searching import Passage, find
from governance.selectors.wording import element_name, first_upper, label, noun, plural

# Of one kind so many are shown at once.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class FoundRow:
    """An element that was found."""

    folder: str
    key: str
    name: str
    field: str
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class FoundKind:
    """What was found of a kind; ``total`` counts all, ``rows`` are the best of them."""

    kind: str
    noun: str
    total: int
    rows: tuple[FoundRow, ...]


def search(bp: Blueprint, text: str, kind: str = "") -> list[FoundKind]:
    """Kinds with what was found in them, those with the best match first.

    With ``kind`` all of that kind, else the best few of each.
    """
    by_kind: dict[str, list[FoundRow]] = {}
    for hit in find(bp, text):
        if kind and hit.kind != kind:
            continue
        where = first_upper(label(hit.passage.field)) if hit.passage is not None else ""
        row = FoundRow(
            folder_of(hit.kind), hit.key, element_name(bp, hit.kind, hit.key), where, hit.passage
        )
        by_kind.setdefault(hit.kind, []).append(row)
    return [
        FoundKind(
            name,
            first_upper(noun(name) if len(rows) == 1 else plural(name)),
            len(rows),
            tuple(rows if kind else rows[:SHOWN]),
        )
        for name, rows in by_kind.items()
    ]
