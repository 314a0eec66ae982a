"""Whether everything is green while the customer waits (Q7)."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.few import hidden_groups
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW, Times
from valueflow.models import FactSpan
from valueflow.selectors import populations
from valueflow.selectors.naming import kind_words
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool, counted, service_calendar
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

# Whether all agreements were kept, and the promise.
Corner = tuple[str, str]
CORNERS: tuple[Corner, ...] = (
    ("kept", "kept"),
    ("kept", "missed"),
    ("missed", "kept"),
    ("missed", "missed"),
)
LATE: Corner = ("kept", "missed")
STEPS = 10


def green(scope: FlowScope, user: User) -> Answer:
    """Q7: agreements on the way beside the promise; every agreement kept and late all the same."""
    pool = Pool(scope, user)
    by_stream = _counted(scope)
    corners: Counter[Corner] = Counter()
    for counts in by_stream.values():
        corners.update(counts)
    return Answer(
        sentence=_says(corners),
        n=corners.total(),
        unit="requests",
        population=_("Finished requests with a promise and a handoff that had a time to respond"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Agreements beside promises"),
                _columns(),
                tuple(_corner_rows(corners)),
                Chart("mosaic", value="n"),
            ),
            Table(
                _("Every agreement kept, and late, by stream"),
                _stream_columns(),
                tuple(_stream_rows(pool, by_stream)),
                Chart("bars", value="late"),
            ),
            Table(
                _("Where those were that were late with every agreement kept"),
                _step_columns(),
                tuple(_step_rows(pool, by_stream)),
                Chart("bars", value="time"),
            ),
        ),
        marks=pool.marks,
        notes=(
            _("An agreement is the time agreed for answering a handoff; none covers the whole."),
        ),
        day_s=pool.day_s,
    )


def _counted(scope: FlowScope) -> dict[str, Counter[Corner]]:
    """Requests by stream and corner; one query."""
    rows = populations.judged(scope).order_by().values_list("stream", "broken", "promise")
    found: dict[str, Counter[Corner]] = defaultdict(Counter)
    for stream, broken, promise, n in rows.annotate(n=Count("pk")):
        corner = ("missed" if broken else "kept", "kept" if promise == "met" else "missed")
        found[stream][corner] += n
    return found


def _columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Requests"), "count", _("Finished, with a promise and an agreed handoff.")),
        Column("share", _("Share"), "share", _("Of all of these.")),
    )


def _words() -> dict[Corner, str]:
    return {
        ("kept", "kept"): _("Every agreement kept, promise kept"),
        ("kept", "missed"): _("Every agreement kept, promise missed"),
        ("missed", "kept"): _("An agreement missed, promise kept"),
        ("missed", "missed"): _("An agreement missed, promise missed"),
    }


def _corner_rows(corners: Mapping[Corner, int]) -> list[Row]:
    words, whole = _words(), sum(corners.values())
    hidden = hidden_groups({corner: range(n) for corner, n in corners.items()})
    rows = []
    for corner in CORNERS:
        n = corners.get(corner, 0)
        cells = {"n": HIDDEN, "share": HIDDEN}
        if corner not in hidden:
            extra = {"agreements": corner[0], "promise": corner[1]}
            cells = {"n": counted(n, "judged", **extra), "share": Cell(ratio(n, whole))}
        tone = "risk" if corner == LATE and n else ""
        rows.append(Row(">".join(corner), words[corner], cells, tone))
    return rows


def _stream_columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Requests"), "count", _("Finished, with a promise and an agreed handoff.")),
        Column("late", _("Green and late"), "count", _("Every agreement kept, promise missed.")),
        Column("share", _("Share"), "share", _("Green and late ÷ requests.")),
    )


def _stream_rows(pool: Pool, by_stream: Mapping[str, Counter[Corner]]) -> list[Row]:
    hidden = _hidden_streams(by_stream)
    rows = []
    for key in sorted(by_stream, key=lambda k: (k in hidden, -by_stream[k][LATE], k)):
        whole, late = by_stream[key].total(), by_stream[key][LATE]
        few = 0 < whole < FEW
        cells = {"n": HIDDEN if few else counted(whole, "judged", stream=key)}
        if key in hidden or few:
            cells |= {"late": HIDDEN, "share": HIDDEN}
        else:
            extra = {"stream": key, "agreements": "kept", "promise": "missed"}
            cells["late"] = counted(late, "judged", **extra)
            cells["share"] = Cell(ratio(late, whole))
        rows.append(Row(key, pool.names.stream(key), cells))
    return rows


def _hidden_streams(by_stream: Mapping[str, Counter[Corner]]) -> frozenset[str]:
    return hidden_groups({key: range(counts[LATE]) for key, counts in by_stream.items()})


def _step_columns() -> tuple[Column, ...]:
    return (
        Column("stream", _("Stream"), "text"),
        Column("kind", _("Kind of time"), "text"),
        Column("time", _("Time"), "duration", _("Sum over those green and late.")),
        Column("share", _("Share"), "share", _("Of all their working time, of streams shown.")),
    )


def _step_rows(pool: Pool, by_stream: Mapping[str, Counter[Corner]]) -> list[Row]:
    """Steps and kinds of time of what was green and late, the longest first; one query."""
    hidden = _hidden_streams(by_stream)
    shown = [key for key, counts in by_stream.items() if counts[LATE] and key not in hidden]
    if not shown:
        return []
    late = populations.judged(pool.scope).filter(broken=False, promise="missed", stream__in=shown)
    spans = FactSpan.objects.filter(slack=False, fact__in=late.order_by().values("pk")).order_by()
    sums = spans.values_list("fact__stream", "stage", "state")
    found = list(sums.annotate(cal=Sum("cal_s"), bus=Sum("bus_s")))
    whole = sum(row[4] or 0 for row in found)
    found.sort(key=lambda row: (-(row[4] or 0), row[:3]))
    words = kind_words()
    return [
        Row(
            f"{stream}/{stage}>{state}",
            pool.names.stage(stream, stage),
            {
                "stream": Cell(pool.names.stream(stream)),
                "kind": Cell(words.get(state, state)),
                "time": Cell(Times(cal or 0, bus or 0)),
                "share": Cell(ratio(bus or 0, whole)),
            },
        )
        for stream, stage, state, cal, bus in found[:STEPS]
    ]


def _says(corners: Counter[Corner]) -> str:
    whole, late = corners.total(), corners[LATE]
    if whole < FEW:
        return _(
            "Too few finished requests had a promise and an agreed handoff to say whether all is "
            "green while somebody waits."
        )
    if LATE in hidden_groups({corner: range(n) for corner, n in corners.items()}):
        return _("Few requests or none were late with every agreement kept: too few to show.")
    missed = late + corners["missed", "missed"]
    values = {"n": late, "whole": whole, "share": percent(late / whole)}
    if not missed:
        return _("No promise of %(whole)s was missed.") % values
    if not late:
        return _("Whenever a promise was missed, an agreement on the way was missed, too.")
    return (
        _(
            "%(n)s of %(whole)s requests (%(share)s) kept every agreement on the way and missed the"
            " promise all the same."
        )
        % values
    )
