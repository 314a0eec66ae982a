"""The technology gate: a system is proposed with what has to change around it, or not at all."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

# What somebody writes where they looked and nothing is touched.
NONE_TOUCHED = "none"
FOUR = {
    "people": "People: who works differently then, and which skills do they need?",
    "process": "Process: how does the work flow then, and which handoffs change?",
    "technology": "Technology: what does the system do, and what does it replace?",
    "governance": "Governance: who decides what then, and which decision rights change?",
}
NAMED = {
    "rights": "Name the decision rights it touches, or say “none”.",
    "handoffs": "Name the handoff agreements it touches, or say “none”.",
    "skills": "Name the skills it needs, or say “none”.",
}
MEASURE = "Name an outcome measure that has a baseline: by what will one see that it helped?"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is still to be answered: the field, and the question."""

    field: str
    sentence: str


def unanswered(
    kind: str,
    texts: Mapping[str, str],
    named: Mapping[str, Collection[str]],
    measures: Collection[str],
    with_baseline: Collection[str],
) -> list[Asked]:
    """What keeps a proposal of a kind from being put to others; nothing for complete ones.

    Of other kinds the text of the kind itself is asked for.
    """
    if kind != "technology":
        missing = [] if texts.get(kind, "").strip() else [kind]
        return [Asked(f"{name}_text", FOUR[name]) for name in missing]
    return list(_technology(texts, named, measures, with_baseline))


def _technology(
    texts: Mapping[str, str],
    named: Mapping[str, Collection[str]],
    measures: Collection[str],
    with_baseline: Collection[str],
) -> Iterator[Asked]:
    lacking = [name for name in FOUR if not texts.get(name, "").strip()]
    if lacking:
        # All four are said again: it is their sum that the gate asks for.
        for name, sentence in FOUR.items():
            if name in lacking:
                yield Asked(f"{name}_text", sentence)
    if not set(measures) & set(with_baseline):
        yield Asked("measures", MEASURE)
    for name, sentence in NAMED.items():
        if not named.get(name):
            yield Asked(name, sentence)
