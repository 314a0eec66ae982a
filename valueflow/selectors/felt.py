"""How it felt for those who asked: their answers after closing, as figures of five people and more.

One request gives one answer at most, to the requests of a population (``population.finished``).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.statistics import median
from valueflow.engine.summary import FEW
from valueflow.engine.suppression import Block
from valueflow.selectors import population, protected
from valueflow.selectors.protected import Fact, Protected, Row
from valueflow.selectors.scope import FlowScope
from workflows.models import Pulse

SCORES = (5, 4, 3, 2, 1)
TOP = 4


@dataclass(frozen=True, slots=True)
class Felt:
    """Answers by score, the best first; nothing at all under five people.

    A score is None where the viewer may not see how many gave it; ``note`` says of what stretch
    the answers are.
    """

    enough: bool
    answers: int = 0
    people: int = 0
    median: float | None = None
    scores: tuple[tuple[int, int | None], ...] = ()
    note: str = ""


def felt(scope: FlowScope, user: User) -> Felt:
    """The answers to the finished of a scope, as this viewer may see them; one or two queries.

    Who does not see all departments gets the answers given in whole blocks of weeks: one that comes
    later to a request finished before would tell of itself.
    """
    guard = guarded(scope, user)
    if not guard.shows("answers"):
        return Felt(enough=False, note=guard.refusal or guard.note)
    rows = list(answers(guard).values_list("score", "person"))
    people = {person for _score, person in rows}
    if len(people) < FEW:
        return Felt(enough=False, note=guard.note)
    counts = Counter(score for score, _person in rows)
    return Felt(
        enough=True,
        answers=len(rows),
        people=len(people),
        median=median([score for score, _person in rows]),
        scores=tuple(
            (score, counts[score] if guard.shows("score", str(score)) else None) for score in SCORES
        ),
        note=guard.note,
    )


def answers(guard: Protected) -> QuerySet[Pulse]:
    """The answers a viewer's figures are made of: to the finished, or those given in the blocks."""
    scope = guard.scope
    if guard.exact:
        done = population.finished(scope).order_by()
        return Pulse.objects.filter(request__in=done.values("request_id")).order_by()
    asked = population.within(scope).order_by()
    given = Pulse.objects.filter(created_at__gte=scope.start, created_at__lt=scope.end)
    return given.filter(request__in=asked.values("request_id")).order_by()


def guarded(scope: FlowScope, user: User) -> Protected:
    """What a viewer may see of answers: groups of five requests and five people."""
    return protected.guard(scope, user, _given, _("Answers"))


def _given(scope: FlowScope, found: tuple[Block, ...], upto: tuple[str, ...]) -> Iterator[Fact]:
    """Every answer given in the blocks; one query."""
    columns = [protected.COLUMNS[name].replace("fact__", "request__fact__") for name in upto]
    rows = answers(Protected(scope, frozenset())).annotate(
        block=protected.block_case("created_at", found)
    )
    names = ("block", "request_id", "person_id", "request__fact__service", "score", *columns)
    for block, request, person, service, score, *values in rows.values_list(*names):
        yield Fact(
            block=block,
            rows=tuple(_rows(service, score)),
            values={n: protected.values_of(v) for n, v in zip(upto, values, strict=True)},
            units=(frozenset({request}), frozenset({person})),
        )


def _rows(service: str, score: int) -> Iterator[tuple[int, Row]]:
    """The groups an answer belongs to."""
    yield 0, ("answers",)
    yield 1, ("answers", "service", service)
    if score >= TOP:
        yield 2, ("top",)
        yield 3, ("top", "service", service)
    yield 4, ("score", str(score))


def answers_to(requests: QuerySet[Any]) -> dict[int, tuple[int, int]]:
    """Score and person by request; for figures that hide fewer than five people. One query."""
    rows = Pulse.objects.filter(request__in=requests).order_by()
    columns = rows.values_list("request_id", "score", "person_id")
    return {request: (score, person) for request, score, person in columns}
