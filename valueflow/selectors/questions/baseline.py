"""A frozen baseline against what was sent since: an answer like that of the last version."""

from django.urls import reverse
from django.utils.translation import gettext as _

from valueflow.engine import figures
from valueflow.engine.answers import Answer, Table
from valueflow.engine.summary import Mark
from valueflow.models import Baseline
from valueflow.selectors import baselines
from valueflow.selectors.baselines import Standing
from valueflow.selectors.questions.versions_fair import fair_table
from valueflow.selectors.questions.versions_tables import (
    beside_table,
    streams_table,
    weeks_table,
)
from valueflow.selectors.questions.versions_words import says
from valueflow.selectors.scope import FlowScope


def list_url(row: Baseline) -> str:
    """The requests of a baseline."""
    return f"{reverse('flow-requests')}?figure=baseline&baseline={row.pk}"


def against(row: Baseline, scope: FlowScope) -> tuple[Answer, Standing]:
    """The baseline before, what was sent since the next version after; sixteen queries."""
    found = baselines.held(row, scope)
    if found.turn is None or found.at is None or found.change is None:
        said = _("No version came into force since, so that there is nothing to hold against it.")
        return _answer(said, row.n, (Table("", (), ()),)), found.standing
    one, turn, at = found.change, found.turn, found.at
    tables = (
        streams_table(turn, at, [one], frozen=row.pk),
        weeks_table(turn, at, one),
        beside_table(at, [one]),
        fair_table([one]),
    )
    said = says(one, turn.now.code, scope.basis)
    marks = tuple(Mark(v.at, figures.monday(v.at, scope.zone), v.code) for v in turn.known)
    n = one.compared.before.n + one.compared.after.n
    return _answer(said, n, tables, marks, one.day_s), found.standing


def _answer(
    sentence: str,
    n: int,
    tables: tuple[Table, ...],
    marks: tuple[Mark, ...] = (),
    day_s: int = 28_800,
) -> Answer:
    return Answer(
        sentence=sentence,
        n=n,
        unit="requests",
        population=_("Before: the requests that were frozen. After: sent since the next version."),
        calendar=_("Working time of each service; calendar time beside it."),
        tables=tables,
        marks=marks,
        day_s=day_s,
    )
