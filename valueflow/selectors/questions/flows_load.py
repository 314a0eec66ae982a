"""How much is in flight and how old it is (Q8)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.accounts.models import User
from esm.common.ui.amounts import number
from valueflow.engine import figures
from valueflow.engine.ages import AGES
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.groups import Done, Flying
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import OpenRow, Times
from valueflow.selectors import ages, population, populations
from valueflow.selectors.questions.flows_pool import Pool, counted, service_calendar, week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import days_text, in_days

OLDEST = 20
STEADY = (0.8, 1.25)


def in_flight(scope: FlowScope, user: User) -> Answer:
    """Q8: what came, went and is there by week; what is open by age; the oldest."""
    pool = Pool(scope, user)
    counts = ages.counts(ages.open_now(scope), pool.streams)
    n = sum(counts[age] for age in AGES)
    rows = ages.oldest(scope, OLDEST)
    return Answer(
        sentence=_says(pool, rows, counts, n),
        n=n,
        unit="requests",
        population=_("Requests sent and not ended by the moment looked at"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Came, went, in flight by week"),
                _week_columns(),
                tuple(_weeks(pool)),
                Chart("flow", series=("sent", "finished", "other"), value="load"),
            ),
            Table(
                _("In flight by age"),
                age_columns(),
                tuple(age_rows(counts)),
                Chart("bars", value="n"),
            ),
            Table(
                _("The oldest in flight"),
                _oldest_columns(),
                tuple(_oldest(pool, rows)),
                Chart("bars", value="age"),
            ),
        ),
        marks=pool.marks,
        notes=tuple(_notes(pool, n)),
        day_s=pool.day_s,
    )


def _week_columns() -> tuple[Column, ...]:
    since = _("Since the first whole week of the period, to the end of the week.")
    return (
        Column("sent", _("Sent"), "count", since),
        Column("finished", _("Finished"), "count", since),
        Column("other", _("Ended otherwise"), "count", since),
        Column("load", _("In flight"), "count", _("Sent and not ended by the end of the week.")),
    )


def _weeks(pool: Pool) -> list[Row]:
    weeks = pool.source.weeks()
    others = _otherwise(pool.scope)
    first = min(weeks, default=None)
    rows: list[Row] = []
    sent = done = other = 0
    for week, flow in weeks.items():
        sent, done = sent + flow.sent, done + flow.done.n
        other += others.get(week, 0)
        assert first is not None
        until = (week + timedelta(days=6)).isoformat()
        span = {"from": first.isoformat(), "to": until}
        cells = {
            "sent": counted(sent, "sent", **span),
            "finished": counted(done, "finished", **span),
            "other": counted(other, "ended-otherwise", **span),
            "load": counted(flow.flying.n, "in-flight", week=week.isoformat()),
        }
        rows.append(Row(week.isoformat(), week_name(week), cells))
    return rows


def _otherwise(scope: FlowScope) -> dict[date, int]:
    """How many ended otherwise by week; one query."""
    rows = populations.ended_otherwise(scope).order_by()
    weeks = rows.annotate(week=TruncWeek("ended_at", tzinfo=scope.zone)).values_list("week")
    return {at.date(): n for at, n in weeks.annotate(n=Count("pk"))}


def age_columns() -> tuple[Column, ...]:
    """How many are of each age."""
    return (
        Column("n", _("In flight"), "count", _("Open requests of that age, in working time.")),
        Column("share", _("Share"), "share", _("Of all in flight.")),
    )


def _age_words() -> dict[str, str]:
    return {
        "young": _("Younger than half of the finished were"),
        "middle": _("Between half and 85 % of the finished"),
        "old": _("Older than 85 % of the finished were"),
        "unknown": _("Too few of the stream finished to compare"),
        "promise": _("Older than was promised"),
    }


def age_rows(counts: Mapping[str, int], **extra: str) -> list[Row]:
    """Each group by age; ``extra`` narrows the lists behind them."""
    tones = {"old": "warn", "promise": "risk"}
    whole = sum(counts[age] for age in AGES)
    rows = []
    for key, words in _age_words().items():
        n = counts[key]
        cells = {"n": counted(n, f"aged-{key}", **extra), "share": Cell(ratio(n, whole))}
        rows.append(Row(key, words, cells, tones.get(key, "") if n else ""))
    return rows


def _oldest_columns() -> tuple[Column, ...]:
    return (
        Column("stream", _("Stream"), "text"),
        Column("age", _("Age"), "duration", _("Sent to the moment looked at.")),
        Column("promise", _("Promised"), "duration", _("Working time promised to who asked.")),
        Column("late", _("Promise"), "text", _("Whether the promise is broken already.")),
    )


def _oldest(pool: Pool, rows: Sequence[OpenRow]) -> list[Row]:
    opens = population.may_list(pool.user, {row.id for row in rows})
    return [
        Row(
            row.number,
            row.number,
            {
                "stream": Cell(
                    pool.names.stream(row.stream),
                    url=f"/requests/{row.number}/" if row.id in opens else "",
                ),
                "age": Cell(row.age),
                "promise": Cell(Times(None, row.promise_s) if row.promise_s else None),
                "late": Cell(_("late") if row.late else ""),
            },
            "risk" if row.late else "",
        )
        for row in rows
    ]


def _notes(pool: Pool, n: int) -> list[str]:
    done = Done.all(flow.done for flow in pool.streams.values())
    found = figures.flight(Flying(n), done, pool.scope.at, pool.days).little
    if found is None:
        return [_("Nothing was finished, so nothing says whether the load is steady.")]
    values = {"ratio": number(found, 2)}
    if STEADY[0] <= found <= STEADY[1]:
        return [
            _("Load ÷ (rate × mean lead time) is %(ratio)s: a steady stream (Little's law).")
            % values
        ]
    return [
        _(
            "Load ÷ (rate × mean lead time) is %(ratio)s, outside 0.8 to 1.25: the load is changing"
            " or the records have holes (Little's law)."
        )
        % values
    ]


def _says(pool: Pool, rows: Sequence[OpenRow], counts: Mapping[str, int], n: int) -> str:
    if not rows:
        return _("Nothing is in flight.")
    known = n - counts["unknown"]
    days = in_days(rows[0].age, pool.scope.basis, rows[0].day_s)
    calendar = pool.scope.basis == "calendar"
    oldest = (
        _("the oldest was sent %(days)s calendar days ago")
        if calendar
        else _("the oldest was sent %(days)s working days ago")
    ) % {"days": days_text(days)}
    values = {"n": number(n), "old": number(counts["old"]), "oldest": oldest}
    if not known:
        return (
            ngettext(
                "%(n)s request is in flight, %(oldest)s; too few were finished to say whether that "
                "is old.",
                "%(n)s requests are in flight, %(oldest)s; too few were finished to say whether "
                "that is old.",
                n,
            )
            % values
        )
    return (
        ngettext(
            "%(n)s request is in flight, %(oldest)s; %(old)s is older than 85 %% of the finished "
            "were.",
            "%(n)s requests are in flight, %(oldest)s; %(old)s are older than 85 %% of the finished"
            " were.",
            n,
        )
        % values
    )
