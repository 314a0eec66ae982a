"""The tables of before and after: streams, weeks, what stands beside speed."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.ui.amounts import number
from valueflow.engine import figures
from valueflow.engine.answers import Cell, Chart, Column, Row, Table
from valueflow.engine.comparison import Between, signals
from valueflow.engine.summary import FEW, Times
from valueflow.engine.uncertainty import size_of
from valueflow.selectors import population
from valueflow.selectors.before_after import StreamChange, Windows
from valueflow.selectors.questions.flows_pool import week_name
from valueflow.selectors.questions.versions_words import ends_of, why_text, word_text
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.touched import Turn

TONES = {"better": "ok", "worse": "risk", "not_comparable": "warn"}


def extra_of(scope: FlowScope, stream: str) -> dict[str, str]:
    """What of the address names one side of one stream."""
    return {
        "from": scope.start.isoformat(),
        "to": scope.end.isoformat(),
        "stream": stream,
        "version": "",
    }


def streams_table(
    found: Turn,
    at: Windows,
    rows: list[StreamChange],
    *,
    frozen: int | None = None,
    baselines: Mapping[str, int] = MappingProxyType({}),
) -> Table:
    """*The* table: every stream with its differences and verdict.

    ``frozen`` is the baseline that is before; ``baselines`` are those there are, by stream.
    """
    return Table(
        title=_("Streams before and after %(version)s") % {"version": found.now.code},
        columns=_columns(),
        rows=tuple(_stream_row(at, row, frozen, baselines.get(row.key)) for row in rows),
        chart=Chart("intervals", value="change50", against="lower50", upper="upper50"),
    )


def _columns() -> tuple[Column, ...]:
    half, most = _("Half within"), _("85 % within")
    said = _("Sent to fulfilled; after it by the Kaplan–Meier estimate where many still run.")
    change = _("After less before; 95 % interval of 2,000 samples drawn again.")
    return (
        Column("verdict", _("Verdict"), "text", _("Better, worse, none to be seen, or not fair.")),
        Column("n_before", _("n before"), "count", _("Finished in the weeks before.")),
        Column("n_after", _("n after"), "count", _("Sent since and fulfilled.")),
        Column("running", _("Still open"), "count", _("Sent since and not ended.")),
        Column("p50_before", _("%(what)s before") % {"what": half}, "duration", said),
        Column("p50_after", _("%(what)s after") % {"what": half}, "duration", said),
        Column("change50", _("Change of half"), "duration", change),
        Column("lower50", _("from"), "duration", change),
        Column("upper50", _("to"), "duration", change),
        Column("p85_before", _("%(what)s before") % {"what": most}, "duration", said),
        Column("p85_after", _("%(what)s after") % {"what": most}, "duration", said),
        Column("change85", _("Change of 85 %"), "duration", change),
        Column("lower85", _("from"), "duration", change),
        Column("upper85", _("to"), "duration", change),
        Column("kept_before", _("Promise kept before"), "share", _("Kept ÷ (kept + missed).")),
        Column("kept_after", _("Promise kept after"), "share", _("Open and late ones are missed.")),
        Column("change_kept", _("Change of promises kept"), "share", _("After less before.")),
        Column("lower_kept", _("from"), "share", _("95 % interval by Newcombe's method.")),
        Column("upper_kept", _("to"), "share", _("95 % interval by Newcombe's method.")),
        Column("delta", _("Cliff's delta"), "number", _("−1 always faster, 0 alike, 1 slower.")),
        Column("size", _("Size"), "text", _("Negligible under 0.147, small to 0.33, medium.")),
        Column("why", _("Why"), "text", _("Why it is this verdict and not another.")),
        Column("baseline", _("Frozen"), "text", _("A baseline that was frozen before it.")),
    )


def _stream_row(
    at: Windows, row: StreamChange, frozen: int | None, other: int | None = None
) -> Row:
    one = row.compared
    before, after = extra_of(at.before, row.key), extra_of(at.after, row.key)
    few = min(one.before.n, one.after.n) < FEW
    cells = {
        "verdict": Cell(word_text(one.verdict)),
        "n_before": Cell(one.before.n, "finished", before)
        if frozen is None
        else Cell(one.before.n, "baseline", {"baseline": str(frozen)}),
        "n_after": Cell(one.after.n, "sent-finished", after),
        "running": Cell(one.after.running, "sent-open", after),
        "p50_before": _few(one.before.p50, one.before.n),
        "p50_after": _few(one.after.p50, one.after.n),
        "p85_before": _few(one.before.p85, one.before.n),
        "p85_after": _few(one.after.p85, one.after.n),
        "kept_before": _few(ends_of(one.before.kept)[0], one.before.promised),
        "kept_after": _few(ends_of(one.after.kept)[0], one.after.promised),
        "delta": _few(one.delta, 0 if few else FEW),
        "size": Cell("" if few else _size(size_of(one.delta))),
        "why": Cell(why_text(one.verdict)),
        "baseline": _baseline(frozen or other),
    }
    cells |= _change("50", one.p50, few) | _change("85", one.p85, few)
    few_kept = min(one.before.promised, one.after.promised) < FEW
    names = ("change_kept", "lower_kept", "upper_kept")
    for name, value in zip(names, ends_of(one.kept), strict=True):
        cells[name] = _few(value, 0 if few_kept and one.kept else FEW)
    return Row(row.key, row.name, cells, TONES.get(one.verdict.word, ""))


def _baseline(number: int | None) -> Cell:
    if number is None:
        return Cell("")
    return Cell(f"#{number}", url=reverse("flow-baseline", args=[number]))


def _few(value: float | Times | None, n: int) -> Cell:
    """A figure over so many requests; hidden under five."""
    known = value is not None and value != Times(None, None)
    return Cell(None, hidden=True) if known and n < FEW else Cell(value)


def _change(name: str, between: Between, few: bool) -> dict[str, Cell]:
    keys = (f"change{name}", f"lower{name}", f"upper{name}")
    both = zip(ends_of(between.calendar), ends_of(between.business), strict=True)
    values = [Times(calendar, business) for calendar, business in both]
    return {
        key: Cell(None, hidden=True) if few and value != Times(None, None) else Cell(value)
        for key, value in zip(keys, values, strict=True)
    }


def _size(word: str) -> str:
    words = {
        "negligible": _("negligible"),
        "small": _("small"),
        "medium": _("medium"),
        "large": _("large"),
    }
    return words.get(word, "")


def weeks_table(found: Turn, at: Windows, row: StreamChange) -> Table:
    """Weekly medians of one stream; limits of the weeks before. One query."""
    whole = replace(at.before, end=at.after.end, stream=row.key)
    cases = population.finished_cases(whole)
    weeks = figures.weekly(cases, whole.start, whole.end, whole.zone, open_known=False)
    effect = figures.monday(found.now.at, whole.zone)
    by_basis = {}
    for basis in ("calendar", "business"):
        medians = {one.start: one.lead_p50.of(basis) for one in weeks}
        known = {week: value for week, value in medians.items() if value is not None}
        by_basis[basis] = signals(known, effect)
    limits = {basis: one.limits for basis, one in by_basis.items()}
    upper = Times(*(one.upper if (one := limits[b]) else None for b in ("calendar", "business")))
    lower = Times(
        *(max(0.0, one.lower) if (one := limits[b]) else None for b in ("calendar", "business"))
    )
    out = set(by_basis[at.before.basis].signals)
    rows = tuple(
        Row(
            week.start.isoformat(),
            week_name(week.start),
            {
                "n": Cell(
                    week.finished,
                    "finished",
                    {"week": week.start.isoformat(), "stream": row.key, "version": ""},
                ),
                "p50": _few(week.lead_p50, week.finished),
                "upper": Cell(upper),
                "lower": Cell(lower),
                "signal": Cell(_("stands out") if week.start in out else ""),
            },
            "warn" if week.start in out else "",
        )
        for week in weeks
    )
    return Table(
        title=_("Weekly medians of “%(stream)s”") % {"stream": row.name},
        columns=(
            Column("n", _("Finished"), "count", _("Fulfilled in the week.")),
            Column("p50", _("Half within"), "duration", _("Median lead time of the week.")),
            Column("upper", _("Upper limit"), "duration", _("Mean + 2.66 × mean moving range.")),
            Column("lower", _("Lower limit"), "duration", _("Mean − 2.66 × mean moving range.")),
            Column("signal", _("Signal"), "text", _rule()),
        ),
        rows=rows,
        chart=Chart("line", value="p50", upper="upper", lower="lower"),
        sentence=_weeks_say(len(out), found.now.code, known=limits[at.before.basis] is not None),
    )


def _rule() -> str:
    return _(
        "Outside the limits of the weeks before, or the eighth and later in a row on one side of "
        "their mean. Weeks under five requests are left out."
    )


def _weeks_say(n: int, version: str, *, known: bool) -> str:
    if not known:
        return _("There are too few weeks before %(version)s for limits.") % {"version": version}
    if not n:
        return _("No week since %(version)s stands out from the weeks before.") % {
            "version": version
        }
    return _("Weeks that stand out since %(version)s: %(n)s.") % {
        "version": version,
        "n": number(n),
    }


def beside_table(at: Windows, rows: list[StreamChange]) -> Table:
    """What stands beside speed, so that nothing was paid for it."""
    names = (
        ("back", _("Sent back"), _("Requests with at least one return ÷ finished.")),
        ("reopened", _("Reopened"), _("Requests that came back after they were fulfilled.")),
        ("reversed", _("Decisions taken back"), _("Decisions that take one back ÷ all about them")),
    )
    columns = [
        column
        for key, name, said in names
        for column in (
            Column(f"{key}_before", _("%(what)s before") % {"what": name}, "share", said),
            Column(f"{key}_after", _("%(what)s after") % {"what": name}, "share", said),
        )
    ]
    columns[2:2] = [
        Column("back_lower", _("from"), "share", _("Change, 95 % interval by Newcombe's method.")),
        Column("back_upper", _("to"), "share", _("Change, 95 % interval by Newcombe's method.")),
    ]
    felt = _("Mean answer of 1 to 5 of those who asked; not of fewer than five people.")
    refused = _("Refusals by controls ÷ finished requests.")
    columns += [
        Column("felt_before", _("Felt before"), "number", felt),
        Column("felt_after", _("Felt after"), "number", felt),
        Column("refused_before", _("Controls not kept before"), "number", refused),
        Column("refused_after", _("Controls not kept after"), "number", refused),
    ]
    return Table(
        title=_("What stands beside speed"),
        columns=tuple(columns),
        rows=tuple(_beside_row(row) for row in rows),
        sentence=_("Faster while more is sent back is not better."),
    )


def _beside_row(row: StreamChange) -> Row:
    one, around = row.compared, row.around
    n = one.before.n, one.after.n
    few = min(n) < FEW
    _gap, lower, upper = ends_of(one.back)
    cells = {
        "back_before": _few(ends_of(one.before.back)[0], n[0]),
        "back_after": _few(ends_of(one.after.back)[0], n[1]),
        "back_lower": _few(lower, 0 if few else FEW),
        "back_upper": _few(upper, 0 if few else FEW),
        "reopened_before": _few(ends_of(one.before.reopened)[0], n[0]),
        "reopened_after": _few(ends_of(one.after.reopened)[0], n[1]),
        "felt_before": Cell(around.felt.before),
        "felt_after": Cell(around.felt.after),
    }
    for name, pair in (("reversed", around.reversed_), ("refused", around.refused)):
        cells[f"{name}_before"] = _few(pair.before, n[0])
        cells[f"{name}_after"] = _few(pair.after, n[1])
    more = one.back is not None and one.back.above
    return Row(row.key, row.name, cells, "risk" if more else "")
