"""What stands beside the form of an element: what is stored, what is wrong with it, its outline."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import format_duration
from governance.blueprint.editing import Typed
from governance.blueprint.editing.merging import ABSENT, Difference, Side, differences
from governance.blueprint.findings import Finding, Severity
from governance.blueprint.kinds import KINDS, ElementSpec
from governance.blueprint.lint import CODES
from governance.blueprint.serialise import build_spec
from governance.models import ModelElement, ModelVersion
from governance.selectors.drafts import draft_findings
from governance.selectors.element_form import anchor_of
from governance.selectors.wording import path_words, value_words

NOT_THERE = "not there"
MAX_JSON = 2_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """An element as it is stored now; ``mark`` is its hash in hexadecimal digits."""

    spec: ElementSpec
    content: dict[str, Any]
    mark: str


@dataclass(frozen=True, slots=True)
class FoundHere:
    """A finding of one element, what to do about it, and where: an anchor of its form."""

    fingerprint: str
    rule: str
    severity: Severity
    sentence: str
    remedy: str
    anchor: str
    opened: str


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A stage in the outline of a workflow, with the anchor of its part of the form."""

    code: str
    name: str
    anchor: str
    team: str
    accountable: str
    target: str
    decision: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A field two people changed, in words; ``settled`` is the side that counts without asking."""

    path: str
    label: str
    mine: str
    theirs: str
    before: str
    settled: Side | None


def stored(version: ModelVersion, kind: str, key: str) -> Stored | None:
    """An element of a version as it is in the database at this moment; one query."""
    row = ModelElement.objects.filter(version=version, kind=kind, key=key).first()
    if row is None:
        return None
    spec = KINDS[kind].model_validate(row.content)
    return Stored(spec, spec.model_dump(mode="json"), bytes(row.content_hash).hex())


def content_from(kind: str, text: str) -> dict[str, Any] | None:
    """Content that a page carried along, read again; None where it is not what was sent."""
    try:
        found = json.loads(text[:MAX_JSON])
        return build_spec(kind, found).model_dump(mode="json")
    except (ValueError, TypeError, RecursionError):
        return None


def findings_here(findings: Iterable[Finding], given: Typed) -> list[FoundHere]:
    """Findings of one element beside its form."""
    found = []
    for one in findings:
        path = part_path(given, one.part)
        remedy = CODES[one.rule].remedy if one.rule in CODES else ""
        anchor = anchor_of(path) if path else ""
        found.append(
            FoundHere(one.fingerprint, one.rule, one.severity, one.sentence, remedy, anchor, path)
        )
    return found


def findings_of_element(version: ModelVersion, kind: str, key: str) -> list[Finding]:
    """What is wrong with one element of a draft, gravest first."""
    return [one for one in draft_findings(version) if (one.kind, one.key) == (kind, key)]


def part_path(given: Typed, part: str) -> str:
    """The path of the part of a form that a finding names: by key, by its ends, or by path."""
    if not part:
        return ""
    steps = part.split("/")
    if len(steps) > 1 and steps[1].isdecimal():
        return ".".join(steps[:2])
    for name, items in _lists(given, ""):
        for number, item in enumerate(items):
            ends = f"{item.get('source', '')} → {item.get('target', '')}"
            if part in (item.get("key"), ends):
                return f"{name}.{number}"
    return ""


def _lists(given: Typed, before: str) -> list[tuple[str, list[Typed]]]:
    found: list[tuple[str, list[Typed]]] = []
    for name, value in given.items():
        path = f"{before}{name}"
        if isinstance(value, dict):
            found += _lists(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found.append((path, value))
            for number, item in enumerate(value):
                found += _lists(item, f"{path}.{number}.")
    return found


def outline_of(given: Typed) -> list[OutlineRow]:
    """The stages of a workflow in their order, from what is typed."""
    return [
        OutlineRow(
            code=stage["code"],
            name=stage["name"] or stage["key"],
            anchor=anchor_of(f"stages.{number}"),
            team=stage["team"],
            accountable=stage["accountable_role"],
            target=stage["complete_s"],
            decision=stage["decision_type"],
        )
        for number, stage in enumerate(given.get("stages", ()))
    ]


def choices(
    bp: Blueprint,
    kind: str,
    before: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
) -> list[Choice]:
    """What two people made of an element, field by field, in words."""
    specs = [_spec(kind, one) for one in (mine, theirs, before)]
    return [
        Choice(
            path=one.path,
            label=path_words(one.path, *specs),
            mine=_words(bp, one, "mine"),
            theirs=_words(bp, one, "theirs"),
            before=_words(bp, one, "before"),
            settled=one.settled,
        )
        for one in differences(before, mine, theirs)
    ]


def _spec(kind: str, content: Mapping[str, Any]) -> ElementSpec | None:
    try:
        return build_spec(kind, content)
    except ValidationError:
        return None


def _words(bp: Blueprint, one: Difference, side: Side) -> str:
    value = one.of(side)
    if value is ABSENT:
        return NOT_THERE
    name = one.path.rpartition(".")[2]
    return value_words(bp, one.path, _text(name, value))


def _text(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_s"):
        return format_duration(value)
    if isinstance(value, list):
        return ", ".join(_text("", item) for item in value)
    if isinstance(value, dict):
        named = next(
            (str(value[n]) for n in ("name", "title", "label", "text") if value.get(n)), ""
        )
        ends = [str(value[end]) for end in ("source", "target") if end in value]
        said = [f"{key}: {_text(key, item)}" for key, item in value.items() if item]
        return named or " → ".join(ends) or "; ".join(said)
    return str(value)
