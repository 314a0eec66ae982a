"""A whole version on paper: its four parts, kind by kind, every element in words, the findings."""

from collections.abc import Iterator
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import Score, checks, scores
from governance.blueprint.durations import format_duration
from governance.blueprint.expectations import Part
from governance.blueprint.kinds import Workflow, folder_of
from governance.blueprint.kinds.workflows import Flow, Stage
from governance.blueprint.support import support_of
from governance.selectors.elements import Row, rows_of
from governance.selectors.model_page import PARTS
from governance.selectors.wording import condition_words, element_name, first_upper, plural

# What a workflow says apart from its stages and ways, which have a table of their own.
TABLED = ("Stages", "Flows")


@dataclass(frozen=True, slots=True)
class PrintedStage:
    """A stage as a line of the table of its workflow."""

    code: str
    name: str
    kind: str
    team: str
    role: str
    target: str
    decision: str
    systems: str


@dataclass(frozen=True, slots=True)
class PrintedWay:
    """A way from one stage to another, and when it is taken."""

    source: str
    target: str
    when: str
    rework: bool


@dataclass(frozen=True, slots=True)
class PrintedElement:
    """An element with all it says; a workflow with the table of its stages and its ways."""

    key: str
    name: str
    rows: tuple[Row, ...]
    stages: tuple[PrintedStage, ...] = ()
    ways: tuple[PrintedWay, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedKind:
    """All elements of a kind, by name."""

    folder: str
    title: str
    elements: tuple[PrintedElement, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A part with its kinds and how many elements each holds: (folder, title, count)."""

    key: Part
    score: Score
    kinds: tuple[tuple[str, str, int], ...]


def contents(bp: Blueprint) -> tuple[Contents, ...]:
    """What the paper holds, in its order."""
    done = scores(checks(bp))
    by_key = dict(PARTS)
    return tuple(
        Contents(
            part,
            score,
            tuple(
                (folder_of(kind), first_upper(plural(kind)), n)
                for kind in by_key[part]
                if (n := len(bp.keys(kind)))
            ),
        )
        for part, score in done.items()
    )


def printed(bp: Blueprint, part: str) -> Iterator[PrintedKind]:
    """The kinds of a part, one after the other, so that a large one need not be held whole."""
    for kind in dict(PARTS)[part]:
        keys = bp.keys(kind)
        if keys:
            found = [_element(bp, kind, key) for key in keys]
            found.sort(key=lambda one: one.name.lower())
            yield PrintedKind(folder_of(kind), first_upper(plural(kind)), tuple(found))


def _element(bp: Blueprint, kind: str, key: str) -> PrintedElement:
    spec = bp.get(kind, key)
    rows = rows_of(bp, spec)
    name = element_name(bp, kind, key)
    if not isinstance(spec, Workflow):
        return PrintedElement(key, name, rows)
    return PrintedElement(
        key,
        name,
        tuple(row for row in rows if row.label not in TABLED),
        tuple(_stage(bp, key, stage) for stage in spec.stages),
        tuple(_way(spec, flow) for flow in spec.flows),
    )


def _stage(bp: Blueprint, workflow: str, stage: Stage) -> PrintedStage:
    systems = [
        element_name(bp, "Technology", cell.technology)
        for cell in support_of(bp, (workflow, stage.key))
    ]
    decision = stage.decision_type
    return PrintedStage(
        code=stage.code,
        name=stage.name,
        kind=stage.kind,
        team=element_name(bp, "Team", stage.team) if stage.team else "",
        role=element_name(bp, "Role", stage.accountable_role) if stage.accountable_role else "",
        target=format_duration(stage.complete_s) if stage.complete_s is not None else "",
        decision=element_name(bp, "DecisionType", decision) if decision else "",
        systems=", ".join(systems),
    )


def _way(spec: Workflow, flow: Flow) -> PrintedWay:
    names = {stage.key: stage.name for stage in spec.stages}
    when = condition_words(flow.when) if flow.when else ""
    return PrintedWay(
        names.get(flow.source, flow.source),
        names.get(flow.target, flow.target),
        when,
        flow.kind == "rework",
    )
