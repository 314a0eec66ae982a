"""Why the finished waited, as a table beside Q3."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from valueflow.engine.answers import Cell, Chart, Column, Row, Table
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW, SpanSum
from valueflow.selectors import causes
from valueflow.selectors.causes import Held
from valueflow.selectors.drill_causes import WAITED
from valueflow.selectors.scope import FlowScope

HIDDEN = Cell(None, hidden=True)
HIDE = None


def cause_table(scope: FlowScope, spans: Sequence[SpanSum], shown: Collection[str]) -> Table:
    """Waiting of the finished of the shown streams by cause; the causes add up to it."""
    found = causes.by_cause(scope, [one for one in spans if one.stream in shown])
    cut = {one.stream for one in spans} - set(shown)
    only = {"streams": ",".join(sorted(shown))} if cut else {}
    whole = sum(_length(one, scope) for one in found)
    hidden = _hidden(found, scope)
    rows = tuple(_row(one, scope, whole, HIDE if one.cause in hidden else only) for one in found)
    return Table(
        title=_("Why they waited"),
        columns=(
            Column("n", _("Requests"), "count", _("Finished requests that waited for it.")),
            Column(
                "waited",
                _("Waited"),
                "duration",
                _("Sum over the request lines of the finished. A wait has one cause at a time."),
            ),
            Column("share", _("Share"), "share", _("Of all waiting of the finished.")),
        ),
        rows=rows,
        chart=Chart("bars", value="waited"),
        sentence=_says(found, scope, whole, hidden),
    )


def _length(one: Held, scope: FlowScope) -> float:
    return one.seconds.of(scope.basis) or 0


def _hidden(found: list[Held], scope: FlowScope) -> set[str]:
    """Causes of fewer than five requests; one more where the total would give a single one away."""
    few = {one.cause for one in found if 0 < one.n < FEW}
    if len(few) == 1:
        others = [one for one in found if one.cause not in few]
        if others:
            few.add(min(others, key=lambda one: (_length(one, scope), one.cause)).cause)
    return few


def _row(one: Held, scope: FlowScope, whole: float, only: dict[str, str] | None) -> Row:
    name = str(causes.NAMES[one.cause])
    if only is None:
        return Row(one.cause, name, {"n": HIDDEN, "waited": HIDDEN, "share": HIDDEN})
    return Row(
        one.cause,
        name,
        {
            "n": Cell(one.n, WAITED, {"cause": one.cause} | only),
            "waited": Cell(one.seconds),
            "share": Cell(ratio(_length(one, scope), whole)),
        },
    )


def _says(found: list[Held], scope: FlowScope, whole: float, hidden: set[str]) -> str:
    known = [one for one in found if one.cause not in (*hidden, "untold") and _length(one, scope)]
    if not known or not whole:
        return _("No cause can be told for what waited in this period.")
    first = max(known, key=lambda one: _length(one, scope))
    values = {
        "cause": causes.NAMES[first.cause],
        "share": round(100 * _length(first, scope) / whole),
        "words": causes.WORDS[first.cause],
    }
    return _("%(cause)s: %(share)s %% of all waiting. %(words)s") % values
