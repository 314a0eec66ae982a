"""How it felt for those who asked: their answers after closing, as figures of five people and more.

One request gives one answer at most, to the requests of a population (``population.finished``).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from valueflow.engine.statistics import median
from valueflow.engine.summary import FEW
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope
from workflows.models import Pulse

SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Felt:
    """Answers by score, the best first; nothing at all under five people."""

    enough: bool
    answers: int = 0
    people: int = 0
    median: float | None = None
    scores: tuple[tuple[int, int], ...] = ()


def felt(scope: FlowScope) -> Felt:
    """The answers to the finished of a scope; one query."""
    done = population.finished(scope).order_by()
    rows = list(
        Pulse.objects.filter(request__in=done.values("request_id")).values_list("score", "person")
    )
    people = {person for _score, person in rows}
    if len(people) < FEW:
        return Felt(enough=False)
    counts = Counter(score for score, _person in rows)
    return Felt(
        enough=True,
        answers=len(rows),
        people=len(people),
        median=median([score for score, _person in rows]),
        scores=tuple((score, counts[score]) for score in SCORES),
    )


def answers_to(requests: QuerySet[Any]) -> dict[int, tuple[int, int]]:
    """Score and person by request; for figures that hide fewer than five people. One query."""
    rows = Pulse.objects.filter(request__in=requests).order_by()
    columns = rows.values_list("request_id", "score", "person_id")
    return {request: (score, person) for request, score, person in columns}
