"""Where value flows slowly (Q1) and whether promises are kept (Q2)."""

from collections.abc import Mapping, Sequence

from django.db.models import Max
from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine import figures
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.groups import Done
from valueflow.engine.phases import phase_limits
from valueflow.engine.summary import FEW, Promise, Times
from valueflow.selectors import population
from valueflow.selectors.questions.flows_pool import (
    HIDDEN,
    Pool,
    counted,
    inexact,
    service_calendar,
    told,
    week_name,
)
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import days_text, in_days, percent


def slow(scope: FlowScope, user: User) -> Answer:
    """Q1: half and most of the lead times of each stream beside what was promised."""
    pool = Pool(scope, user)
    longest = _longest(scope)
    done = {key: group.done for key, group in pool.streams.items() if group.done.n}
    rows = [_stream_row(pool, key, group, longest.get(key, 0)) for key, group in done.items()]
    rows.sort(key=lambda row: (-(_seconds(row, "p50", scope.basis) or 0), row.key))
    return Answer(
        sentence=_slow_says(pool, rows),
        n=pool.finished,
        unit="requests",
        population=_("Requests fulfilled in the period"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Lead time by stream"),
                _stream_columns(),
                tuple(rows),
                Chart("bullet", value="p50", against="promise", upper="p85"),
            ),
        ),
        marks=pool.marks,
        notes=inexact(group.done for group in pool.streams.values()),
        day_s=pool.day_s,
    )


def _longest(scope: FlowScope) -> dict[str, int]:
    """The longest promise of the finished by stream, in business seconds; one query."""
    rows = population.finished(scope).order_by().values_list("stream")
    return dict(rows.annotate(longest=Max("promise_s")))


def _stream_columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Finished"), "count", _("Requests fulfilled in the period.")),
        Column(
            "p50",
            _("Half within"),
            "duration",
            _("Median lead time, sent to fulfilled, of the finished; service's calendar."),
        ),
        Column(
            "p85",
            _("85 % within"),
            "duration",
            _("The lead time that 85 % of the finished did not exceed; service's calendar."),
        ),
        Column(
            "promise",
            _("Promised"),
            "duration",
            _("The longest promise made to one of the finished, in working time."),
        ),
        Column(
            "kept",
            _("Promise kept"),
            "share",
            _("Kept ÷ (kept + missed), of the finished that had a promise."),
        ),
    )


def _stream_row(pool: Pool, key: str, done: Done, longest: int) -> Row:
    lead, kept = figures.lead(done), figures.kept(done)
    over = longest and (lead.p50.business or 0) > longest
    cells = {
        "n": counted(lead.n, "finished", stream=key),
        "p50": told(lead.p50, lead.n),
        "p85": told(lead.p85, lead.n),
        "promise": Cell(Times(None, longest) if longest else None),
        "kept": told(kept.share, kept.n),
    }
    return Row(key, pool.names.stream(key), cells, "risk" if over and lead.n >= FEW else "")


def _seconds(row: Row, key: str, basis: str) -> float | None:
    value = row.cells[key].value
    return value.of(basis) if isinstance(value, Times) else None


def _slow_says(pool: Pool, rows: Sequence[Row]) -> str:
    basis = pool.scope.basis
    known = [row for row in rows if _seconds(row, "p50", basis) is not None]
    if not pool.finished:
        return _("Nothing was finished in this period.")
    if not known:
        return _("Fewer than five requests of each stream were finished: too few to say.")
    first = known[0]
    day_s = pool.day_s
    p50, promise = first.cells["p50"].value, first.cells["promise"].value
    values = {
        "stream": first.name,
        "days": days_text(in_days(p50, basis, day_s)) if isinstance(p50, Times) else "",
        "promise": days_text(in_days(promise, "business", day_s))
        if isinstance(promise, Times)
        else "",
    }
    if basis == "calendar":
        text = _("Value flows most slowly in %(stream)s: half take over %(days)s calendar days.")
    elif values["promise"]:
        text = _(
            "Value flows most slowly in %(stream)s: half take over %(days)s working days, where "
            "%(promise)s are promised."
        )
    else:
        text = _("Value flows most slowly in %(stream)s: half take over %(days)s working days.")
    return text % values


def promises(scope: FlowScope, user: User) -> Answer:
    """Q2: promises kept by week, those open and late counted as missed."""
    pool = Pool(scope, user)
    weekly = _weekly(pool)
    services = pool.source.by("service")
    kept = {key: figures.kept(one.done, one.flying.late) for key, one in services.items()}
    whole = figures.kept(
        Done(
            met=sum(one.met for one in kept.values()),
            missed=sum(one.missed for one in kept.values()),
        ),
        sum(one.open_late for one in kept.values()),
    )
    return Answer(
        sentence=_promises_say(whole, weekly),
        n=whole.n,
        unit="requests",
        population=_("Requests fulfilled in the period, and those in flight and late"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Promises kept, by week"),
                (*_kept_columns(), *_limit_columns()),
                tuple(weekly),
                Chart("line", value="kept", upper="upper", lower="lower"),
            ),
            Table(
                _("Promises kept, by service"),
                _kept_columns(),
                tuple(_services(pool, kept)),
                Chart("bars", value="kept"),
            ),
        ),
        marks=pool.marks,
        notes=(
            _(
                "A week counts what was finished in it and what was in flight and late at its "
                "end; what stays late is counted again each week."
            ),
            _("Limits of a phase between two versions need eight weeks with five promises each."),
        ),
        day_s=pool.day_s,
    )


def _kept_columns() -> tuple[Column, ...]:
    return (
        Column("met", _("Kept"), "count", _("Finished within their promise.")),
        Column("missed", _("Missed"), "count", _("Finished after their promise.")),
        Column(
            "late",
            _("Open and late"),
            "count",
            _("In flight at the end of the stretch with the promise already broken."),
        ),
        Column("kept", _("Promise kept"), "share", _("Kept ÷ (kept + missed + open and late).")),
    )


def _limit_columns() -> tuple[Column, ...]:
    about = _("Mean of the weeks between two versions ± 2.66 times their mean moving range.")
    return (
        Column("lower", _("Usual, at least"), "share", about),
        Column("upper", _("Usual, at most"), "share", about),
    )


def _weekly(pool: Pool) -> list[Row]:
    weeks = pool.source.weeks()
    kept = {week: figures.kept(one.done, one.flying.late) for week, one in weeks.items()}
    shares = {w: p.share for w, p in kept.items() if p.share is not None and p.n >= FEW}
    limits = phase_limits(shares, [mark.week for mark in pool.marks])
    rows = []
    for week, promise in kept.items():
        cells = _kept_cells(promise, week=week.isoformat())
        found = limits.get(week)
        cells["lower"] = Cell(max(0.0, found.lower) if found else None)
        cells["upper"] = Cell(min(1.0, found.upper) if found else None)
        below = found is not None and (promise.share or 0) < found.lower
        rows.append(Row(week.isoformat(), week_name(week), cells, "risk" if below else ""))
    return rows


def _kept_cells(promise: Promise, **extra: str) -> dict[str, Cell]:
    if 0 < promise.n < FEW:
        return dict.fromkeys(("met", "missed", "late", "kept"), HIDDEN)
    return {
        "met": counted(promise.met, "kept", **extra),
        "missed": counted(promise.missed, "missed-done", **extra),
        "late": counted(promise.open_late, "late", **extra),
        "kept": Cell(promise.share),
    }


def _services(pool: Pool, kept: Mapping[str, Promise]) -> list[Row]:
    worst = sorted(
        (key for key, one in kept.items() if one.n),
        key=lambda key: (-(kept[key].missed + kept[key].open_late), key),
    )
    names = pool.names.services
    return [Row(key, names.get(key, key), _kept_cells(kept[key], service=key)) for key in worst]


def _promises_say(whole: Promise, weekly: Sequence[Row]) -> str:
    if whole.share is None or whole.n < FEW:
        return _("Too few promises fell due in this period to say whether they are kept.")
    values = {
        "share": percent(whole.share),
        "missed": whole.missed,
        "late": whole.open_late,
        "weeks": sum(row.tone == "risk" for row in weekly),
    }
    if whole.met == whole.n:
        return _("Every promise that fell due in this period was kept.")
    if values["weeks"]:
        return (
            _(
                "%(share)s of promises were kept; %(missed)s were missed, %(late)s are open and "
                "late. %(weeks)s weeks were worse than usual."
            )
            % values
        )
    if not whole.open_late:
        return _("%(share)s of promises were kept; %(missed)s were missed.") % values
    return (
        _("%(share)s of promises were kept; %(missed)s were missed, %(late)s are open and late.")
        % values
    )
