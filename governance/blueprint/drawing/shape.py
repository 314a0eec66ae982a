"""What is drawn of a workflow: its stages in lanes and the ways between them, as plain facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from governance.blueprint.kinds import Workflow

Mark = Literal["", "added", "removed", "changed"]
STEERING = frozenset({"start", "end", "fork", "join"})
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A stage as it is drawn. ``lane`` is the key of its department, "" for that of who is before;
    ``optional`` says that it is needed under a condition alone."""

    key: str
    name: str
    kind: str
    lane: str = ""
    code: str = ""
    note: str = ""
    optional: bool = False
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A way from stage to stage."""

    source: str
    target: str
    rework: bool = False
    conditional: bool = False
    mark: Mark = ""

    @property
    def ends(self) -> tuple[str, str]:
        """Where it comes from and leads to."""
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class Shape:
    """A workflow to be drawn. Links lead between its stages alone, and not twice the same way."""

    stages: tuple[Drawn, ...]
    links: tuple[Link, ...]

    @classmethod
    def of(cls, stages: Iterable[Drawn], links: Iterable[Link]) -> "Shape":
        """Whatever somebody typed: what is there twice, or leads nowhere, is left out."""
        known: dict[str, Drawn] = {}
        for stage in stages:
            known.setdefault(stage.key, stage)
        found: dict[tuple[str, str], Link] = {}
        for link in links:
            if link.source in known and link.target in known and link.source != link.target:
                found.setdefault(link.ends, link)
        return cls(tuple(known.values()), tuple(found.values()))


def compared(before: Shape, after: Shape) -> Shape:
    """Both in one: what is new, what is gone and what changed is marked."""
    old = {stage.key: stage for stage in before.stages}
    new = {stage.key: stage for stage in after.stages}
    stages = [replace(stage, mark=_mark(old.get(stage.key), stage)) for stage in after.stages]
    gone = [replace(stage, mark="removed") for key, stage in old.items() if key not in new]
    were = {link.ends: link for link in before.links}
    are = {link.ends: link for link in after.links}
    links = [replace(link, mark=_link_mark(were.get(link.ends), link)) for link in after.links]
    lost = [replace(link, mark="removed") for ends, link in were.items() if ends not in are]
    return Shape.of(_in_place(stages, gone, before), [*links, *lost])


def with_changes(shape: Shape, before: Workflow, after: Workflow) -> Shape:
    """Stages marked as changed wherever anything of them differs, drawn or not."""
    old = {stage.key: stage for stage in before.stages}
    new = {stage.key: stage for stage in after.stages}
    return replace(
        shape,
        stages=tuple(
            replace(one, mark="changed")
            if not one.mark and one.key in old and one.key in new and old[one.key] != new[one.key]
            else one
            for one in shape.stages
        ),
    )


def _mark(was: Drawn | None, now: Drawn) -> Mark:
    if was is None:
        return "added"
    return "" if was == now else "changed"


def _link_mark(was: Link | None, now: Link) -> Mark:
    if was is None:
        return "added"
    return "" if was == now else "changed"


def _in_place(stages: list[Drawn], gone: Sequence[Drawn], before: Shape) -> list[Drawn]:
    """What is gone stands behind what it stood behind."""
    order = [stage.key for stage in before.stages]
    found = list(stages)
    for one in gone:
        ahead = set(order[: order.index(one.key)])
        at = max((n + 1 for n, stage in enumerate(found) if stage.key in ahead), default=0)
        found.insert(at, one)
    return found
