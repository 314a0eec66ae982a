"""How much of the time is work, how much waiting, and at whose steps (Q3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine import figures
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.records import KINDS
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import SpanSum, Split, Times
from valueflow.selectors import sentences
from valueflow.selectors.naming import kind_words
from valueflow.selectors.questions.flows_causes import cause_table
from valueflow.selectors.questions.flows_pool import (
    HIDDEN,
    Pool,
    counted,
    service_calendar,
)
from valueflow.selectors.scope import FlowScope

# Who is waited for is no department in these kinds of time.
OTHERS = ("requester", "third", "decision")


def time_spent(scope: FlowScope, user: User) -> Answer:
    """Q3: the lead times of the finished by kind of time; the kinds add up to them."""
    pool = Pool(scope, user)
    spans = pool.source.spans()
    done = {key: flow.done for key, flow in pool.streams.items() if flow.done.n}
    splits = figures.splits(done, spans)
    words = kind_words()
    leads = {key: group.lead.sum for key, group in done.items()}
    return Answer(
        sentence=sentences.time_spent(splits, pool.names, words, scope.basis),
        n=pool.finished,
        unit="requests",
        population=_("Requests fulfilled in the period"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Where the time went, by stream"),
                _columns(words),
                tuple(_stream_row(pool, split, leads[split.stream]) for split in splits),
                Chart("stacked", series=KINDS),
            ),
            Table(
                _("Whose waiting it was"),
                _whose_columns(),
                tuple(_whose(pool, spans, {s.stream for s in splits if not s.hidden}, words)),
                Chart("bars", value="waited"),
            ),
            cause_table(scope, spans, {s.stream for s in splits if not s.hidden}),
        ),
        marks=pool.marks,
        notes=(
            _("Every second of a request has one kind of time; together they are its lead time."),
            _("Streams with fewer than five finished requests are in no sum of waiting."),
        ),
        day_s=pool.day_s,
    )


def _columns(words: Mapping[str, str]) -> tuple[Column, ...]:
    about = _("Sum over the finished, on the line that led to their end.")
    return (
        Column("n", _("Finished"), "count", _("Requests fulfilled in the period.")),
        *(Column(kind, words[kind], "duration", about) for kind in KINDS),
        Column("lead", _("Lead time"), "duration", _("Sum of the lead times of the finished.")),
    )


def _stream_row(pool: Pool, split: Split, lead: Times) -> Row:
    key = split.stream
    cells = {"n": counted(split.n, "finished", stream=key)}
    if split.hidden:
        cells |= dict.fromkeys((*KINDS, "lead"), HIDDEN)
        return Row(key, pool.names.stream(key), cells)
    query = pool.scope.query(stream=key)
    urls = {
        "handoff": f"/flow/questions/handoffs/{query}",
        "decision": f"/flow/questions/deciding/{query}",
    }
    for kind in KINDS:
        cells[kind] = Cell(split.kinds.get(kind, Times(0, 0)), url=urls.get(kind, ""))
    cells["lead"] = Cell(lead)
    return Row(key, pool.names.stream(key), cells)


def _whose_columns() -> tuple[Column, ...]:
    return (
        Column(
            "waited",
            _("Waited"),
            "duration",
            _("Time of the finished that nobody worked on, at the steps of that department."),
        ),
        Column("share", _("Share"), "share", _("Of all time nobody worked on; working time.")),
    )


def _whose(
    pool: Pool, spans: Sequence[SpanSum], shown: set[str], words: Mapping[str, str]
) -> list[Row]:
    """Waits by department of the step in the version in force, by outsider, by deciders."""
    waits: dict[str, list[Times]] = defaultdict(list)
    for row in spans:
        if row.stream in shown and row.state != "working":
            who = row.state if row.state in OTHERS else pool.department(row.stream, row.stage)
            waits[who].append(row.seconds)
    sums = {who: figures.times(times, figures.total) for who, times in waits.items()}
    whole = sum(one.business or 0 for one in sums.values())
    order = sorted(sums, key=lambda who: (-(sums[who].business or 0), who))
    return [
        Row(
            who or "none",
            _whose_name(pool, who, words),
            {"waited": Cell(sums[who]), "share": Cell(ratio(sums[who].business or 0, whole))},
        )
        for who in order
    ]


def _whose_name(pool: Pool, who: str, words: Mapping[str, str]) -> str:
    if not who:
        return _("Steps that are no longer in the model")
    return words[who] if who in OTHERS else pool.names.side(who).name
