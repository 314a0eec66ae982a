"""Departments: how much stays inside each, and one with what it gives and receives."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.attribution import whole_seconds
from valueflow.engine.summary import Handoffs, Pair, Times
from valueflow.selectors import ages, flow, populations, protected, tallies
from valueflow.selectors.questions.flows_handoffs import handoff_notes, side_columns, side_rows
from valueflow.selectors.questions.flows_load import age_columns, age_rows
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool, counted
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent
from valueflow.selectors.silos import Silo, by_department, silos, to_and_fro


def all_departments(scope: FlowScope, user: User) -> Answer:
    """What each department gives, receives and keeps inside; at most ten queries."""
    pool = Pool(scope, user)
    guard = protected.handoffs(scope, user)
    groups, found = pool.source.pairs(), flow.handoffs(scope, user, pool.source)
    worked = {key: flow.done.n for key, flow in pool.source.by("department").items()}
    known = silos(
        [key for key in pool.names.sides if worked.get(key)],
        groups,
        found.pairs,
        worked,
        to_and_fro(scope),
        by_department(pool.source.spans(), pool.departments),
    )
    if not guard.exact:
        known = [
            replace(one, within=None, index=None, fro=None, rate=None, border=None) for one in known
        ]
    given = {row.key: row for row in side_rows(found.pairs, found.hidden, pool)}
    return Answer(
        sentence=_silo_says(pool, known, found),
        n=found.n,
        unit="handoffs",
        population=_("First offers between departments, of requests fulfilled in the period"),
        calendar=_("Working time"),
        tables=(
            Table(
                _("How much stays inside"),
                _silo_columns(),
                tuple(_silo_row(pool, one) for one in known),
                Chart("bars", value="border"),
            ),
            Table(
                _("What each department gives and receives"),
                side_columns()[:-1],
                tuple(row for key, row in given.items() if key in pool.names.sides),
                Chart("none"),
            ),
        ),
        marks=pool.marks,
        notes=tuple(handoff_notes(replace(found, within=None))),
        day_s=pool.day_s,
    )


def _silo_columns() -> tuple[Column, ...]:
    return (
        Column("page", _("Its page"), "text"),
        Column("n", _("Worked on"), "count", _("Finished requests with a step of it.")),
        Column(
            "index",
            _("Inside −1 to across +1"),
            "number",
            _("(across − inside) ÷ (across + inside) over first offers given and received."),
        ),
        Column("within", _("Handed over inside"), "number", _("First offers between its teams.")),
        Column(
            "fro",
            _("To and fro"),
            "share",
            _("Finished requests that crossed its border and came straight back ÷ worked on."),
        ),
        Column(
            "border",
            _("Wait at its border"),
            "share",
            _(
                "Time offered and not accepted ÷ all time that lay offered, queued or blocked at "
                "its steps; what is handed over between its teams counts as offered."
            ),
        ),
    )


def _silo_row(pool: Pool, one: Silo) -> Row:
    few = one.within is None
    cells = {
        "page": pool.page(one.key),
        "n": counted(one.worked, "finished", department=one.key),
        "index": HIDDEN if few else Cell(_rounded(one.index)),
        "within": HIDDEN if few else Cell(one.within),
        "fro": HIDDEN if one.fro is None else Cell(one.rate),
        "border": HIDDEN if one.border is None and (one.waited or few) else Cell(one.border),
    }
    return Row(one.key, pool.names.side(one.key).name, cells)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _silo_says(pool: Pool, known: Sequence[Silo], found: Handoffs) -> str:
    if not found.pairs:
        return _("No handoff between departments happened often enough to be shown.")
    waits = [one for one in known if one.border is not None]
    fro = [one for one in known if one.rate]
    if not waits:
        return _("Too few finished requests to say where work waits between departments.")
    most = max(waits, key=lambda one: (one.border or 0, one.key))
    values = {"wait": pool.names.side(most.key).name, "share": percent(most.border or 0)}
    said = _("At %(wait)s %(share)s of the waiting passes before a step took the work.") % values
    if not fro:
        return said
    worst = max(fro, key=lambda one: (one.rate or 0, one.key))
    values = {"side": pool.names.side(worst.key).name, "rate": percent(worst.rate or 0)}
    more = _("%(rate)s of what %(side)s worked on crossed its border and came straight back.")
    return f"{said} {more % values}"


def department(key: str, scope: FlowScope, user: User) -> Answer:
    """One department: both sides of each pair, its load and ages. Raises NotFound."""
    pool = Pool(replace(scope, department=""), user)
    if key not in pool.names.sides:
        raise NotFound(_("There is no such department."))
    found = flow.handoffs(pool.scope, user)
    own = replace(scope, department=key)
    counts = ages.counts(ages.open_now(own), tallies.by(own, "stream"))
    pairs = [pair for pair in found.pairs if key in (pair.giver, pair.receiver)]
    return Answer(
        sentence=_department_says(pool, key, pairs),
        n=sum(pair.n for pair in pairs),
        unit="handoffs",
        population=_("First offers between departments, of requests fulfilled in the period"),
        calendar=_("Waits on the receiver's calendar, ages on the service's own"),
        tables=(
            Table(
                _("Given and received"),
                _both_columns(),
                tuple(_both_rows(pool, key, pairs, found.hidden)),
                Chart("none"),
            ),
            Table(
                _("What lies at its steps"),
                _load_columns(),
                tuple(_load_rows(pool, key)),
                Chart("bars", value="open"),
            ),
            Table(
                _("In flight by age"),
                age_columns(),
                tuple(age_rows(counts, department=key)),
                Chart("bars", value="n"),
            ),
        ),
        marks=pool.marks,
        notes=(
            *([found.note] if found.note else []),
            _("Pairs of fewer than five handoffs are hidden and in no sum."),
            _("Ages are of all in flight that the department has had a step of."),
        ),
        day_s=pool.day_s,
    )


def _both_columns() -> tuple[Column, ...]:
    columns = []
    for side, given in (("given", True), ("received", False)):
        offered = _("First offers to it.") if given else _("First offers from it.")
        back = _("Returned or asked about ÷ first offers.")
        wait = _("Median from offered to accepted; receiver's calendar.")
        kept = _("First offers answered within the agreed time ÷ those answered that had one.")
        columns += [
            Column(side, _("Given") if given else _("Received"), "count", offered),
            Column(f"{side}_rate", _("Came back") if given else _("Sent back"), "share", back),
            Column(f"{side}_wait", _("They took") if given else _("We took"), "duration", wait),
            Column(f"{side}_kept", _("They kept") if given else _("We kept"), "share", kept),
        ]
    return tuple(columns)


def _both_rows(
    pool: Pool, key: str, pairs: Sequence[Pair], hidden: Sequence[tuple[str, str]]
) -> list[Row]:
    by_sides = {(pair.giver, pair.receiver): pair for pair in pairs}
    others = {other for sides in by_sides for other in sides} - {key}
    others |= {b if a == key else a for a, b in hidden if key in (a, b)}
    order = {one: place for place, one in enumerate(pool.names.sides)}
    rows = []
    for other in sorted(others, key=lambda one: (order.get(one, len(order)), one)):
        cells: dict[str, Cell] = {}
        for side, way in (("given", (key, other)), ("received", (other, key))):
            cells |= _side_cells(side, way, by_sides.get(way), way in hidden)
        rows.append(Row(other, pool.names.side(other).name, cells))
    return rows


def _side_cells(side: str, way: tuple[str, str], pair: Pair | None, hide: bool) -> dict[str, Cell]:
    keys = (side, f"{side}_rate", f"{side}_wait", f"{side}_kept")
    if hide:
        return dict.fromkeys(keys, HIDDEN)
    if pair is None:
        return {side: Cell(0)} | dict.fromkeys(keys[1:], Cell(None))
    sides = {"giver": way[0], "receiver": way[1]}
    rate = HIDDEN if pair.sent_back is None else Cell(pair.rate)
    cells = (Cell(pair.n, "handoffs", sides), rate, Cell(pair.wait), Cell(pair.kept))
    return dict(zip(keys, cells, strict=True))


def _load_columns() -> tuple[Column, ...]:
    return (
        Column("stream", _("Stream"), "text"),
        Column("open", _("There now"), "count", _("Visits at the step at the moment looked at.")),
        Column("oldest", _("Longest there"), "duration", _("Since the oldest of them came.")),
    )


def _load_rows(pool: Pool, key: str) -> list[Row]:
    """What lies at the steps of a department now; one query."""
    rows = populations.open_visits(pool.scope).filter(department=key).order_by()
    counts = rows.values_list("fact__stream", "stage").annotate(n=Count("pk"), at=Min("entered_at"))
    found = []
    for stream, stage, n, at in sorted(counts, key=lambda row: (-row[2], row[0], row[1])):
        extra = {"stream": stream, "stage": stage, "side": key}
        cells = {
            "stream": Cell(pool.names.stream(stream)),
            "open": counted(n, "open-visits", **extra),
            "oldest": Cell(_since(pool, at)),
        }
        found.append(Row(f"{stream}/{stage}", pool.names.stage(stream, stage), cells))
    return found


def _since(pool: Pool, at: datetime) -> Times:
    """Time since a moment, on the organisation's calendar."""
    until = pool.scope.at
    working = pool.calendar.elapsed(at, until) if pool.calendar else None
    return Times(whole_seconds(until) - whole_seconds(at), working)


def _department_says(pool: Pool, key: str, pairs: Sequence[Pair]) -> str:
    name = pool.names.side(key).name
    given = [pair for pair in pairs if pair.giver == key]
    received = [pair for pair in pairs if pair.receiver == key]
    if not pairs:
        return _("%(name)s gave and received too few handoffs to be shown.") % {"name": name}
    said = []
    if received:
        first = max(received, key=lambda pair: (pair.n, pair.giver))
        said.append(
            _("%(name)s receives most from %(other)s and sends back %(rate)s of it.")
            % {
                "name": name,
                "other": pool.names.side(first.giver).name,
                "rate": percent(first.rate or 0),
            }
        )
    if given:
        first = max(given, key=lambda pair: (pair.n, pair.receiver))
        said.append(
            _("It gives most to %(other)s, which sends back %(rate)s of it.")
            % {"other": pool.names.side(first.receiver).name, "rate": percent(first.rate or 0)}
            if received
            else _("%(name)s gives most to %(other)s, which sends back %(rate)s of it.")
            % {
                "name": name,
                "other": pool.names.side(first.receiver).name,
                "rate": percent(first.rate or 0),
            }
        )
    return " ".join(said)
