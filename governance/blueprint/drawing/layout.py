"""Where everything of a drawing stands: columns by the longest way, lanes by department.

Boxes stand in a grid. Ways run in the gutters between columns and in the channels below rows, each
on a track of its own, so that none runs through a box and no two run on top of each other. A way to
the next column crosses one gutter; a longer one, or one that leads back, takes a channel.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance.blueprint.drawing.shape import Drawn, Link, Shape

BOX_W, BOX_H = 132, 50
BAR_W = 14
# Where ways leave and arrive that are not straight, off the middle of a box.
ASIDE = 10
TRACK, PAD = 8, 12
LANE_HEAD = 24
MARGIN = 12

Point = tuple[int, int]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A stage with the upper left corner, width and height of its box."""

    stage: Drawn
    x: int
    y: int
    w: int = BOX_W
    h: int = BOX_H


@dataclass(frozen=True, slots=True)
class Way:
    """A way between stages: the points of its line; ``back`` where it leads to what was before."""

    link: Link
    points: tuple[Point, ...]
    back: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A band across the drawing."""

    key: str
    y: int
    h: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole drawing and its size."""

    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    lanes: tuple[Lane, ...]
    w: int
    h: int


def columns(shape: Shape) -> dict[str, int]:
    """The column of each stage: how many stages come before it on the longest way to it.

    Ways that lead back, by their kind or because they close a circle, count for nothing.
    """
    onward = _onward(shape)
    before: dict[str, list[str]] = defaultdict(list)
    for source, target in onward:
        before[target].append(source)
    found: dict[str, int] = {}
    for key in _topological(shape, onward):
        found[key] = 1 + max((found[one] for one in before[key]), default=-1)
    return found


def _onward(shape: Shape) -> set[tuple[str, str]]:
    """Ways that lead on: not rework, and none that closes a circle."""
    after: dict[str, list[str]] = defaultdict(list)
    for link in shape.links:
        if not link.rework:
            after[link.source].append(link.target)
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for stage in shape.stages:
        _walk(stage.key, after, done, found)
    return found


def _walk(
    start: str, after: Mapping[str, list[str]], done: set[str], found: set[tuple[str, str]]
) -> None:
    if start in done:
        return
    done.add(start)
    open_keys = {start}
    stack = [(start, iter(after.get(start, ())))]
    while stack:
        key, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            stack.pop()
            open_keys.discard(key)
        elif target not in open_keys:
            found.add((key, target))
            if target not in done:
                done.add(target)
                open_keys.add(target)
                stack.append((target, iter(after.get(target, ()))))


def _topological(shape: Shape, onward: set[tuple[str, str]]) -> list[str]:
    waits = {stage.key: 0 for stage in shape.stages}
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in sorted(onward):
        waits[target] += 1
        after[source].append(target)
    ready = [key for key, count in waits.items() if not count]
    for key in ready:
        for target in after[key]:
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return ready


def lanes_of(shape: Shape, column: Mapping[str, int]) -> dict[str, str]:
    """The lane of each stage; who has none stands in that of the stage before it, else after."""
    found = {stage.key: stage.lane for stage in shape.stages if stage.lane}
    missing = sorted((s.key for s in shape.stages if not s.lane), key=lambda key: column[key])
    into: dict[str, list[str]] = defaultdict(list)
    out: dict[str, list[str]] = defaultdict(list)
    for link in shape.links:
        if column[link.source] < column[link.target]:
            into[link.target].append(link.source)
            out[link.source].append(link.target)
    for near in (into, out):
        order = missing if near is into else missing[::-1]
        for key in order:
            lane = next((found[one] for one in near[key] if one in found), None)
            if key not in found and lane is not None:
                found[key] = lane
    return {stage.key: found.get(stage.key, "") for stage in shape.stages}


def _by_column(shape: Shape, column: Mapping[str, int]) -> list[Drawn]:
    return sorted(shape.stages, key=lambda one: column[one.key])


def _rows(
    shape: Shape, column: Mapping[str, int], lane: Mapping[str, str], order: Sequence[str]
) -> tuple[dict[str, Cell], dict[str, range]]:
    """The cell of each stage and the rows of each lane; what follows straight keeps its row."""
    into: dict[str, list[str]] = defaultdict(list)
    for link in shape.links:
        if column[link.source] < column[link.target]:
            into[link.target].append(link.source)
    sub: dict[str, int] = {}
    taken: set[tuple[str, int, int]] = set()
    for stage in _by_column(shape, column):
        key, here = stage.key, lane[stage.key]
        near = [sub[one] for one in into[key] if one in sub and lane[one] == here]
        row = min(near, default=0)
        while (here, column[key], row) in taken:
            row += 1
        taken.add((here, column[key], row))
        sub[key] = row
    rows: dict[str, range] = {}
    start = 0
    for name in order:
        count = 1 + max((sub[key] for key in sub if lane[key] == name), default=0)
        rows[name] = range(start, start + count)
        start += count
    return {key: (column[key], rows[lane[key]][sub[key]]) for key in sub}, rows


class _Tracks:
    """Gutters left of columns and channels below rows, with a track for each way in them."""

    def __init__(self) -> None:
        self.gutters: dict[int, list[int]] = defaultdict(list)
        self.channels: dict[int, list[int]] = defaultdict(list)

    def gutter(self, column: int, way: int) -> tuple[str, int, int]:
        """A track in the gutter left of a column."""
        return self._in("gutter", self.gutters[column], column, way)

    def channel(self, row: int, way: int) -> tuple[str, int, int]:
        """A track in the channel below a row."""
        return self._in("channel", self.channels[row], row, way)

    def _in(self, name: str, ways: list[int], at: int, way: int) -> tuple[str, int, int]:
        ways.append(way)
        return name, at, len(ways) - 1


@dataclass(frozen=True, slots=True)
class _Route:
    """A way before there are measures: out of its source, over tracks, into its target."""

    link: Link
    back: bool
    tracks: tuple[tuple[str, int, int], ...]


def _routes(shape: Shape, cell: Mapping[str, Cell], tracks: _Tracks) -> list[_Route]:
    found = []
    for number, link in enumerate(shape.links):
        (left, row), (right, below) = cell[link.source], cell[link.target]
        via: tuple[tuple[str, int, int], ...]
        if right == left + 1:
            via = () if row == below else (tracks.gutter(right, number),)
        elif right > left:
            via = (
                tracks.gutter(left + 1, number),
                tracks.channel(below, number),
                tracks.gutter(right, number),
            )
        else:
            # Out to the right and in from the left, as all others, on a channel that leads back.
            via = (
                tracks.gutter(left + 1, number),
                tracks.channel(max(row, below), number),
                tracks.gutter(right, number),
            )
        found.append(_Route(link, right <= left, via))
    return found


def layout(shape: Shape) -> Picture:
    """The drawing of a shape; its lanes stand in the order in which work comes to them."""
    if not shape.stages:
        return Picture((), (), (), 0, 0)
    column = columns(shape)
    lane = lanes_of(shape, column)
    order = list(dict.fromkeys(lane[one.key] for one in _by_column(shape, column)))
    cell, rows = _rows(shape, column, lane, order)
    tracks = _Tracks()
    routes = _routes(shape, cell, tracks)
    wide = [0] * (max(column.values()) + 1)
    for stage in shape.stages:
        wide[column[stage.key]] = max(wide[column[stage.key]], _width(stage))
    measures = _Measures(wide, rows, order, tracks)
    boxes = tuple(measures.box(stage, cell[stage.key]) for stage in shape.stages)
    at = {box.stage.key: box for box in boxes}
    ways = tuple(measures.way(route, at) for route in routes)
    return Picture(boxes, ways, measures.lanes, measures.w, measures.h)


def _width(stage: Drawn) -> int:
    return BAR_W if stage.kind in ("fork", "join") else BOX_W


class _Measures:
    """Where columns, rows, lanes and tracks are; ``wide`` are the widths of the columns."""

    def __init__(
        self,
        wide: Sequence[int],
        rows: Mapping[str, range],
        order: Sequence[str],
        tracks: _Tracks,
    ) -> None:
        count = len(wide)
        self._wide = wide
        self.x: dict[int, int] = {}
        self.y: dict[int, int] = {}
        self._gutter: dict[int, int] = {}
        self._channel: dict[int, int] = {}
        at = MARGIN
        for column in range(count + 1):
            self._gutter[column] = at + PAD
            used = len(tracks.gutters.get(column, ()))
            outer = column in (0, count)
            at += (2 * PAD + used * TRACK) if used or not outer else 0
            if column < count:
                self.x[column] = at
                at += wide[column]
        self.w = at + MARGIN
        lanes = []
        down = MARGIN
        for name in order:
            top = down
            down += LANE_HEAD
            for row in rows[name]:
                self.y[row] = down
                self._channel[row] = down + BOX_H + PAD
                down += BOX_H + 2 * PAD + len(tracks.channels.get(row, ())) * TRACK
            lanes.append(Lane(name, top, down - top))
        self.lanes = tuple(lanes)
        self.h = down + MARGIN

    def box(self, stage: Drawn, cell: Cell) -> Box:
        """The box of a stage, in the middle of its column."""
        column, row = cell
        own = _width(stage)
        return Box(stage, self.x[column] + (self._wide[column] - own) // 2, self.y[row], own)

    def way(self, route: _Route, at: Mapping[str, Box]) -> Way:
        """The line of a way: it leaves at the right and arrives at the left."""
        source, target = at[route.link.source], at[route.link.target]
        aside = ASIDE if route.tracks else 0
        start = (source.x + source.w, source.y + source.h // 2 + aside)
        end = (target.x, target.y + target.h // 2 - aside)
        points = [start]
        for name, place, track in route.tracks:
            x, y = points[-1]
            if name == "gutter":
                points.append((self._gutter[place] + track * TRACK, y))
            else:
                points.append((x, self._channel[place] + track * TRACK))
        x, _y = points[-1]
        points += [(x, end[1]), end]
        return Way(route.link, tuple(dict.fromkeys(points)), route.back)
