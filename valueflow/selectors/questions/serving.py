"""What the work serves and whether it is clear: Q13 to Q17."""

from collections.abc import Iterator, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.strategy import Board, ObjectiveRow
from governance.selectors import versions
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.statistics import ratio
from valueflow.selectors import alignment, drill_serving, population
from valueflow.selectors.alignment import Work
from valueflow.selectors.naming import spoken
from valueflow.selectors.questions import serving_clear, serving_cover, serving_measures
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.serving_cells import counted, no_model, worked
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent


def strategy(scope: FlowScope, user: User) -> Answer:
    """Which work serves which objective, and what serves none; four queries."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    known = drill_serving.links()
    if bp is None or known is None:
        return no_model("requests")
    done = alignment.work(population.finished(scope))
    flying = alignment.work(population.in_flight(scope))
    linked = alignment.total(alignment.aligned(done, known.objectives))
    whole = alignment.total(done)
    rows = [_objective(bp, row, done, flying, whole.n) for row in _ordered(bp, known)]
    orphans = list(_orphans(bp, known, done))
    unserved = [_unserved(bp, row) for row in known.unserved]
    return Answer(
        sentence=_serves(linked.n, whole.n, orphans, unserved),
        n=whole.n,
        unit="requests",
        population=_(
            "Requests finished in the period, but for confidential ones. A request serves an "
            "objective where an outcome of the objective is named by its stream or its service."
        ),
        calendar=_("Time of work as it was logged or estimated, in hours of work."),
        tables=(
            Table(_("Work by objective"), _columns(), tuple(rows), Chart("bars", value="share")),
            Table(_("Streams and services that serve no objective"), _orphan_columns(),
                  tuple(orphans), Chart("bars", value="requests")),
            Table(_("Objectives that nothing serves"), _unserved_columns(), tuple(unserved)),
            _crossed(bp, known, done, _ordered(bp, known)),
        ),
        notes=(
            _("A request can serve several objectives, so that shares add up to more than all."),
        ),
    )  # fmt: skip


def _ordered(bp: Blueprint, known: Board) -> list[ObjectiveRow]:
    return sorted(known.objectives, key=lambda row: _title(bp, row.key))


def _title(bp: Blueprint, key: str) -> str:
    spec = bp.get(kinds.Objective, key)
    return f"{spec.code} {spec.title}".strip()


def _columns() -> tuple[Column, ...]:
    return (
        Column("requests", _("Requests"), "count",
               _("Finished, of a stream or service that serves the objective.")),
        Column("touch", _("Time of work"), "duration", _("Sum of the work in them.")),
        Column("share", _("Share"), "share", _("Of all finished.")),
        Column("in_flight", _("In flight"), "count", _("Requests that serve it, open now.")),
        Column("streams", _("Streams"), "text", _("Streams that name one of its outcomes.")),
    )  # fmt: skip


def _objective(
    bp: Blueprint, row: ObjectiveRow, done: Sequence[Work], flying: Sequence[Work], n: int
) -> Row:
    mine, open_now = alignment.aligned(done, [row]), alignment.aligned(flying, [row])
    found = alignment.total(mine)
    streams = [bp.get(kinds.ValueStream, key).name for key in row.streams]
    return Row(
        key=row.key,
        name=_title(bp, row.key),
        cells={
            "requests": counted(found.n, "serving", objective=row.key),
            "touch": worked(found.touch_s, found.n),
            "share": Cell(ratio(found.n, n)),
            "in_flight": counted(
                alignment.total(open_now).n, "serving-in-flight", objective=row.key
            ),
            "streams": Cell(", ".join(streams), url=f"{reverse('objectives')}#{row.key}"),
        },
        tone="" if row.served else "warn",
    )


def _crossed(
    bp: Blueprint, known: Board, done: Sequence[Work], rows: Sequence[ObjectiveRow]
) -> Table:
    """Objectives by streams: what was finished in the stream and serves the objective."""
    streams = bp.find(kinds.ValueStream)
    there = {(row.key, key): 0 for row in rows for key in row.streams}
    for row in rows:
        for one in alignment.aligned(done, [row]):
            there[row.key, one.stream] = there.get((row.key, one.stream), 0) + one.n
    keys = sorted({stream for _key, stream in there})
    said = _("Requests finished in this stream that serve the objective.")
    columns = tuple(
        Column(key, streams[key].name if key in streams else spoken(key), "count", said)
        for key in keys
    )
    lines = (
        Row(row.key, _title(bp, row.key), {
            key: counted(there[row.key, key], "serving", objective=row.key, stream=key)
            if (row.key, key) in there else Cell(None)
            for key in keys
        })
        for row in rows
    )  # fmt: skip
    return Table(
        _("Objective by stream"), columns, tuple(lines), Chart("matrix", series=tuple(keys))
    )


def _orphan_columns() -> tuple[Column, ...]:
    return (
        Column("what", _("What"), "text"),
        Column("requests", _("Requests"), "count", _("Finished in the period.")),
        Column("touch", _("Time of work"), "duration", _("Sum of the work in them.")),
    )


def _orphans(bp: Blueprint, known: Board, done: Sequence[Work]) -> Iterator[Row]:
    """Streams and services that no outcome of an objective names."""
    streams, services = bp.find(kinds.ValueStream), bp.find(kinds.Service)
    for key in known.streams_alone:
        mine = [one for one in done if one.stream == key]
        yield _orphan(f"stream:{key}", streams[key].name, _("Stream"), mine, {"stream": key})
    for key in known.services_alone:
        mine = [one for one in done if one.service == key]
        yield _orphan(f"service:{key}", services[key].name, _("Service"), mine, {"service": key})


def _orphan(key: str, name: str, what: str, mine: Sequence[Work], named: Mapping[str, str]) -> Row:
    found = alignment.total(mine)
    return Row(
        key=key,
        name=name,
        cells={
            "what": Cell(what, url=reverse("blueprint-strategy")),
            "requests": counted(found.n, "finished", **named),
            "touch": worked(found.touch_s, found.n),
        },
        tone="warn",
    )


def _unserved_columns() -> tuple[Column, ...]:
    return (
        Column("owner", _("Owner"), "text", _("The role that answers for it.")),
        Column("outcomes", _("Outcomes"), "number", _("That name it.")),
    )


def _unserved(bp: Blueprint, row: ObjectiveRow) -> Row:
    owner = bp.peek(kinds.Role, bp.get(kinds.Objective, row.key).owner_role)
    return Row(
        key=row.key,
        name=_title(bp, row.key),
        cells={
            "owner": Cell(owner.name if owner else ""),
            "outcomes": Cell(len(row.outcomes), url=f"{reverse('objectives')}#{row.key}"),
        },
        tone="warn",
    )


def _serves(linked: int, n: int, orphans: Sequence[Row], unserved: Sequence[Row]) -> str:
    if n:
        said = _("%(share)s of what was finished serves an objective: %(linked)d of %(n)d.") % {
            "share": percent(linked / n),
            "linked": linked,
            "n": n,
        }
    else:
        said = _("Nothing was finished in this period.")
    if not orphans and not unserved:
        return f"{said} " + _("Every stream and service serves one, and every objective is served.")
    words = {"orphans": len(orphans), "unserved": len(unserved)}
    return (
        f"{said} "
        + _(
            "Streams and services that serve none: %(orphans)d; objectives nothing serves: "
            "%(unserved)d."
        )
        % words
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q13",
        slug="strategy",
        title=gettext_lazy("Do our services serve the strategy?"),
        short=gettext_lazy("Work and strategy"),
        group="strategy",
        answer=strategy,
        first_for=("executive",),
    ),
    *serving_measures.QUESTIONS,
    *serving_cover.QUESTIONS,
    *serving_clear.QUESTIONS,
)
