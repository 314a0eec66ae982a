"""The workshop table of a workflow: stages in order with what people guess, before there is a log.

Touch and wait are business time of one request at a stage, complete and accurate the share of work
that comes to it usable at once. All of it is estimated until events say otherwise.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from governance.blueprint.durations import format_duration, parse_duration
from governance.blueprint.kinds import Workflow
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.paths import SILENT

MINUTES = re.compile(r"[0-9]{1,6}")
PERCENT = re.compile(r"[0-9]{1,3}")
MAX_STAGES = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One stage as it stands in the table, all of it as text; a new one has no key."""

    key: str = ""
    order: str = ""
    name: str = ""
    team: str = ""
    systems: str = ""
    touch: str = ""
    wait: str = ""
    accurate: str = ""
    gone: bool = False

    @property
    def blank(self) -> bool:
        """A row nobody wrote into."""
        texts = (self.name, self.team, self.systems, self.touch, self.wait, self.accurate)
        return not self.key and not any(text.strip() for text in texts)


@dataclass(frozen=True, slots=True)
class Names:
    """What teams and technologies are called, by key."""

    teams: Mapping[str, str]
    systems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the guesses add up to: seconds, shares from 0 to 1; None where nothing is guessed."""

    touch_s: int
    wait_s: int
    efficiency: Fraction | None
    accurate: Fraction | None


def _steps(workflow: Workflow) -> list[Stage]:
    return [stage for stage in workflow.stages if stage.kind not in SILENT]


def rows_of(workflow: Workflow, names: Names) -> list[Row]:
    """The table of a workflow; a chain in its order, else in the order of the model."""
    found = in_order(workflow) or _steps(workflow)
    return [
        Row(
            key=stage.key,
            order=str(number),
            name=stage.name,
            team=stage.team or "",
            systems=", ".join(names.systems.get(key, key) for key in stage.technologies),
            touch=format_duration(stage.est_touch_s) if stage.est_touch_s else "",
            wait="" if stage.est_wait_s is None else format_duration(stage.est_wait_s),
            accurate="" if stage.est_accurate is None else str(stage.est_accurate),
        )
        for number, stage in enumerate(found, start=1)
    ]


def in_order(workflow: Workflow) -> list[Stage] | None:
    """The stages that hold work where they are one chain from start to end; else None."""
    stages = {stage.key: stage for stage in workflow.stages}
    forward = {}
    for flow in workflow.flows:
        if flow.kind == "forward":
            if flow.source in forward or flow.when:
                return None
            forward[flow.source] = flow.target
    starts = [one.key for one in workflow.stages if one.kind == "start"]
    ends = [one.key for one in workflow.stages if one.kind == "end"]
    if len(starts) != 1 or len(ends) != 1:
        return None
    way: list[str] = []
    at = starts[0]
    while at in forward and len(way) <= len(stages):
        at = forward[at]
        way.append(at)
    steps = [stages[key] for key in way[:-1] if key in stages]
    whole = way[-1:] == ends and len(set(way)) == len(way) == len(stages) - 1
    return steps if whole and all(one.kind not in SILENT for one in steps) else None


def totals(workflow: Workflow) -> Totals:
    """Touch and wait of one request, the share of touch in both, and what gets through at once."""
    steps = _steps(workflow)
    touch = sum(stage.est_touch_s for stage in steps)
    wait = sum(stage.est_wait_s or 0 for stage in steps)
    shares = [one.est_accurate for one in steps if one.est_accurate is not None]
    rolled = Fraction(1)
    for share in shares:
        rolled *= Fraction(share, 100)
    guessed = any(stage.est_wait_s is not None for stage in steps)
    whole = Fraction(touch, touch + wait) if guessed and touch + wait else None
    return Totals(touch, wait, whole, rolled if shares else None)


@dataclass
class _Reading:
    names: Names
    errors: dict[tuple[int, str], str]

    def seconds(self, at: int, field: str, text: str) -> int | None:
        """A duration; a bare number is minutes."""
        text = text.strip()
        if not text:
            return None
        try:
            return parse_duration(f"{text} min" if MINUTES.fullmatch(text) else text)
        except ValueError:
            self.errors[at, field] = f"“{text[:40]}” is no time; write 40, 2 h or 3 bd."
            return None

    def percent(self, at: int, text: str) -> int | None:
        text = text.strip().removesuffix("%").strip()
        if not text:
            return None
        if PERCENT.fullmatch(text) and int(text) <= 100:
            return int(text)
        self.errors[at, "accurate"] = f"“{text[:40]}” is no share; write 0 to 100."
        return None

    def systems(self, at: int, text: str) -> tuple[str, ...]:
        by_word = {name.casefold(): key for key, name in self.names.systems.items()}
        by_word |= {key: key for key in self.names.systems}
        found: dict[str, None] = {}
        for word in (part.strip() for part in text.split(",")):
            if not word:
                continue
            key = by_word.get(word.casefold())
            if key is None:
                said = f"The draft has no technology “{word[:60]}”; add it first, or leave it out."
                self.errors[at, "systems"] = said
            else:
                found[key] = None
        return tuple(found)

    def guesses(self, at: int, row: Row) -> dict[str, Any]:
        """The fields of a stage that the table holds."""
        if not _words(row.name):
            self.errors[at, "name"] = "Say what is done there."
        if row.team and row.team not in self.names.teams:
            self.errors[at, "team"] = "Choose a team of the draft."
        return {
            "name": _words(row.name),
            "team": row.team or None,
            "technologies": self.systems(at, row.systems),
            "est_touch_s": self.seconds(at, "touch", row.touch) or 0,
            "est_wait_s": self.seconds(at, "wait", row.wait),
            "est_accurate": self.percent(at, row.accurate),
        }


def written(
    workflow: Workflow, rows: Sequence[Row], names: Names
) -> tuple[Workflow, dict[tuple[int, str], str]]:
    """The workflow as the table says it, and what is wrong by row and column.

    A chain is put in the order of the numbers, with what is new and without what is gone; of any
    other workflow only the guesses change. Rows left blank are nothing; of two rows of one stage
    the first counts. Where something is wrong the workflow stays as it is.
    """
    reading = _Reading(names, {})
    known = {stage.key: stage for stage in workflow.stages}
    chain = in_order(workflow) is not None
    steps: list[tuple[float, int, Stage]] = []
    taken, left = set(known), {stage.key for stage in _steps(workflow)}
    for at, row in enumerate(rows):
        if row.blank or (row.key and row.key not in left):
            continue
        left.discard(row.key)
        if row.gone and chain:
            continue
        values = reading.guesses(at, row)
        if row.key:
            stage = known[row.key].model_copy(update=values)
        elif chain:
            key = _free_key(values["name"], taken)
            taken.add(key)
            stage = Stage(key=key, kind="work", **{**values, "name": values["name"] or key})
        else:
            reading.errors[at, "name"] = "This way has branches: add stages in its outline."
            continue
        steps.append((_place(row.order, at), at, stage))
    said = {row.key for row in rows}
    for at, stage in enumerate(in_order(workflow) or ()):
        # Somebody else added it meanwhile: nobody said that it goes.
        if stage.key not in said:
            steps.append((at + 0.5, at, stage))
    if len(steps) > MAX_STAGES:
        reading.errors[0, "name"] = f"{MAX_STAGES} stages are the most."
    stages = [stage for _, _, stage in sorted(steps, key=lambda one: one[:2])]
    if reading.errors:
        return workflow, reading.errors
    return _put(workflow, stages, chain), {}


def _words(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:200].strip()


def _place(text: str, at: int) -> float:
    text = text.strip().replace(",", ".")
    return float(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) else 10_000.0 + at


def _free_key(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60].strip("-") or "stage"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def _put(workflow: Workflow, stages: Sequence[Stage], chain: bool) -> Workflow:
    if not chain:
        new = {stage.key: stage for stage in stages}
        kept = tuple(new.get(stage.key, stage) for stage in workflow.stages)
        return workflow.model_copy(update={"stages": kept})
    start = next(one for one in workflow.stages if one.kind == "start")
    end = next(one for one in workflow.stages if one.kind == "end")
    way = [start.key, *(stage.key for stage in stages), end.key]
    back = [
        flow
        for flow in workflow.flows
        if flow.kind == "rework" and flow.source in way and flow.target in way
    ]
    old = {(flow.source, flow.target): flow for flow in workflow.flows if flow.kind == "forward"}
    flows = [old.get(pair, {"source": pair[0], "target": pair[1]}) for pair in pairwise(way)]
    content = workflow.model_dump()
    content["stages"] = [one.model_dump() for one in (start, *stages, end)]
    content["flows"] = [
        one if isinstance(one, dict) else one.model_dump() for one in (*flows, *back)
    ]
    return Workflow.model_validate(content)


def numbered(rows: Sequence[Row], spare: int) -> list[Row]:
    """The rows with empty ones behind them to write into."""
    last = len(rows)
    return [*rows, *(replace(Row(), order=str(last + n)) for n in range(1, spare + 1))]
