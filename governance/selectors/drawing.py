"""Workflows as they are drawn: lanes by department, boxes with words, ways, and what differs."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.drawing import (
    OUTSIDE,
    Box,
    Drawn,
    Link,
    Mark,
    Shape,
    Way,
    compared,
    layout,
    with_changes,
)
from governance.blueprint.durations import format_duration
from governance.blueprint.editing import Names, Typed
from governance.blueprint.editing.reading import key_of
from governance.blueprint.editing.typed import REMOVE
from governance.blueprint.kinds import Department, Team, Workflow
from governance.models import Department as DepartmentRow

LINE, LINES = 19, 2
SIGNS: dict[Mark, str] = {"": "", "added": "+", "removed": "−", "changed": "±"}


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box with what stands in it; ``lines`` are its words with where each stands."""

    x: int
    y: int
    w: int
    h: int
    css: str
    name: str
    lines: tuple[tuple[int, str], ...]
    note: str
    sign: str

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.x + self.w // 2

    @property
    def foot(self) -> int:
        """Where its note stands."""
        return self.y + self.h - 6

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.w


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A band with the name and colour of its department; ``slot`` is «n» where it has none."""

    y: int
    h: int
    label: str
    slot: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A workflow as svg draws it. ``marks`` are the kinds of differences that occur."""

    id: str
    w: int
    h: int
    lanes: tuple[DrawnLane, ...]
    boxes: tuple[DrawnBox, ...]
    ways: tuple[tuple[str, str, str], ...]
    marks: tuple[Mark, ...]
    back: bool

    @property
    def tips(self) -> tuple[str, ...]:
        """The kinds of ends its lines have."""
        return ("plain", *self.marks)


def drawing_of(bp: Blueprint, key: str, before: Blueprint | None = None) -> Drawing | None:
    """A workflow of a model; with ``before`` what differs from it there is marked. One query."""
    now = bp.peek(Workflow, key)
    was = before.peek(Workflow, key) if before is not None else None
    if now is None:
        return None
    shape = shape_of(bp, now)
    if before is not None:
        old = shape_of(before, was) if was is not None else Shape.of([], [])
        shape = compared(old, shape)
        if was is not None:
            shape = with_changes(shape, was, now)
    return _drawing(bp, shape, key)


def drawing_typed(bp: Blueprint, given: Typed, names: Names) -> Drawing | None:
    """A workflow as somebody is typing it, saved or not. One query."""
    shape = typed_shape(bp, given, names)
    return _drawing(bp, shape, "typed") if shape.stages else None


def shape_of(bp: Blueprint, workflow: Workflow) -> Shape:
    """What is drawn of a stored workflow."""
    stages = (
        Drawn(
            key=one.key,
            name=one.name,
            kind=one.kind,
            lane=_lane(bp, one.team, one.kind),
            code=one.code,
            note=format_duration(one.complete_s) if one.complete_s else "",
            optional=bool(one.when.strip()),
        )
        for one in workflow.stages
    )
    links = (
        Link(one.source, one.target, one.kind == "rework", bool(one.when.strip()))
        for one in workflow.flows
    )
    return Shape.of(stages, links)


def typed_shape(bp: Blueprint, given: Typed, names: Names) -> Shape:
    """The same of what is typed; a stage without a key gets the one that saving would give it."""
    stages = (
        Drawn(
            key=stage["key"].strip() or key_of(stage["name"]),
            name=stage["name"].strip() or stage["key"],
            kind=stage["kind"],
            lane=_lane(bp, names.key("Team", stage["team"]), stage["kind"]),
            code=stage["code"].strip(),
            note=stage["complete_s"].strip(),
            optional=bool(stage["when"].strip()),
        )
        for stage in given.get("stages", ())
        if REMOVE not in stage
    )
    links = (
        Link(flow["source"], flow["target"], flow["kind"] == "rework", bool(flow["when"].strip()))
        for flow in given.get("flows", ())
        if REMOVE not in flow
    )
    return Shape.of((one for one in stages if one.key), links)


def _lane(bp: Blueprint, team: str | None, kind: str) -> str:
    found = bp.peek(Team, team)
    if found is not None:
        return found.department
    return OUTSIDE if kind == "wait" else ""


def _drawing(bp: Blueprint, shape: Shape, key: str) -> Drawing:
    departments = bp.find(Department)
    picture = layout(shape)
    slots = dict(DepartmentRow.objects.values_list("key", "slot"))
    lanes = tuple(
        DrawnLane(lane.y, lane.h, *_lane_words(lane.key, departments, slots))
        for lane in picture.lanes
    )
    marks = {one.mark for one in shape.stages} | {one.mark for one in shape.links}
    return Drawing(
        id=f"d-{key}",
        w=picture.w,
        h=picture.h,
        lanes=lanes,
        boxes=tuple(_box(box) for box in picture.boxes),
        ways=tuple(_way(way) for way in picture.ways),
        marks=tuple(one for one in SIGNS if one and one in marks),
        back=any(way.back for way in picture.ways),
    )


def _lane_words(
    key: str, departments: dict[str, Department], slots: dict[str, int]
) -> tuple[str, str]:
    found = departments.get(key)
    if found is None:
        return ("", "n")
    return found.name, str(slots.get(key) or "n")


def _box(box: Box) -> DrawnBox:
    stage = box.stage
    css = [f"is-{stage.kind}"]
    css += ["is-optional"] if stage.optional else []
    css += [f"is-{stage.mark}"] if stage.mark else []
    bar = stage.kind in ("fork", "join")
    lines = [] if bar else _lines(stage.name)
    note = "" if bar else " · ".join(one for one in (stage.code, stage.note) if one)
    top = box.y + (16 if note else 22) + (7 if len(lines) == 1 else 0)
    placed = tuple((top + 13 * n, line) for n, line in enumerate(lines))
    return DrawnBox(
        box.x, box.y, box.w, box.h, " ".join(css), stage.name, placed, note, SIGNS[stage.mark]
    )


def _lines(name: str) -> list[str]:
    """A name in at most two lines; what does not fit is left out, with a sign."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LINE or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]
    return [line if len(line) <= LINE else f"{line[: LINE - 1].rstrip()}…" for line in lines]


def _way(way: Way) -> tuple[str, str, str]:
    """The path of a line, its classes and the mark at its end."""
    first, *rest = way.points
    path = f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest)
    link = way.link
    css = ["is-back"] if link.rework or way.back else []
    css += ["is-when"] if link.conditional else []
    css += [f"is-{link.mark}"] if link.mark else []
    return path, " ".join(css), link.mark or "plain"
