"""How much of the work serves an objective, and how much one that is seen to come closer.

A request serves an objective where an outcome of the objective is named by its stream or by its
service. The links are those of the version in force.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from governance.blueprint.strategy import Board, ObjectiveRow
from valueflow.engine.statistics import ratio
from valueflow.models import FactRequest
from valueflow.selectors.promises import Measured


@dataclass(frozen=True, slots=True)
class Work:
    """Requests of one stream and service: how many, and seconds of work in them."""

    stream: str
    service: str
    n: int
    touch_s: int


@dataclass(frozen=True, slots=True)
class Amount:
    """Requests and seconds of work of several groups."""

    n: int
    touch_s: int


def work(rows: QuerySet[FactRequest]) -> list[Work]:
    """Requests by stream and service; one query."""
    found = rows.order_by().values_list("stream", "service")
    counted = found.annotate(n=Count("pk"), touch=Sum("touch_s"))
    return [Work(stream, service, n, touch or 0) for stream, service, n, touch in counted]


def total(groups: Iterable[Work]) -> Amount:
    """All of them together."""
    listed = list(groups)
    return Amount(sum(one.n for one in listed), sum(one.touch_s for one in listed))


def serves(one: Work, row: ObjectiveRow) -> bool:
    """Whether a group of work serves an objective."""
    return one.stream in row.streams or one.service in row.services


def aligned(groups: Sequence[Work], rows: Iterable[ObjectiveRow]) -> list[Work]:
    """The groups that serve any of the objectives, each once."""
    listed = list(rows)
    return [one for one in groups if any(serves(one, row) for row in listed)]


def moving(known: Board, measured: Iterable[Measured]) -> list[ObjectiveRow]:
    """Objectives that a measure of their outcomes has brought closer since its baseline."""
    outcomes = {
        str(one.spec.outcome)
        for one in measured
        if one.standing.progress is not None and one.standing.progress > 0
    }
    return [row for row in known.objectives if outcomes.intersection(row.outcomes)]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Work that serves an objective with a moving measure ÷ all work that was finished."""

    all: Amount
    serving: Amount
    moving: Amount

    @property
    def index(self) -> float | None:
        """By time of work where it is known of any, otherwise by requests."""
        if self.all.touch_s:
            return ratio(self.moving.touch_s, self.all.touch_s)
        return ratio(self.moving.n, self.all.n)


def alignment(groups: Sequence[Work], known: Board, measured: Iterable[Measured]) -> Alignment:
    """The index with its parts."""
    return Alignment(
        all=total(groups),
        serving=total(aligned(groups, known.objectives)),
        moving=total(aligned(groups, moving(known, measured))),
    )
