"""How decisions are taken: Q9 to Q12."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.ui.amounts import band, number
from valueflow.engine.answers import Answer, Chart, Column, Row, Table
from valueflow.engine.deciding import WAITS
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import ENOUGH, Times
from valueflow.selectors import decided, decided_split, decided_words, protected
from valueflow.selectors.decided import Decided, Level, TypeFigures
from valueflow.selectors.decided_split import NOTHING, Split
from valueflow.selectors.questions import deciding_practice, deciding_rights
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.deciding_cells import (
    calendar_words,
    cell,
    count,
    listed,
    spoken,
    too_few,
)
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

# So often approved as it was asked for that one may ask what the question is for.
NEEDLESS = 0.99


def _population() -> str:
    return _("What was decided by somebody in the period, but for what is confidential.")


# --- Q9 ---


def deciding(scope: FlowScope, user: User) -> Answer:
    """How fast decisions are taken, what they waited for and on which level; nine queries."""
    found, wide = decided.figures(scope, user), protected.sees_small(user)
    timed = decided.decided_rows(scope).filter(decided.FIGURES["timed"][1])
    split = decided_split.splits(timed)
    rows = [
        _speed(scope, one, split.get((one.key, "*"), NOTHING), wide)
        for one in found.types
        if one.counts["timed"]
    ]
    levels = [_level(scope, one, level) for one in found.types for level in one.levels]
    return Answer(
        sentence=_how_fast(scope, found, split, rows),
        n=found.all.counts["timed"],
        unit="decisions",
        population=_population(),
        calendar=calendar_words(),
        tables=(
            Table(
                _("Time from asked to decided"), _speed_columns(), tuple(rows),
                Chart("stacked", series=tuple(f"wait_{name}" for name in WAITS)),
            ),
            Table(
                _("On which level"), _level_columns(), tuple(levels), Chart("bars", value="share"),
            ),
        ),
        day_s=found.day_s,
    )  # fmt: skip


def _speed_columns() -> tuple[Column, ...]:
    waits = {
        "recommend": (_("Recommendation"), _("From opened to the last word of who recommends it.")),
        "agree": (_("Agreement"), _("From there to the last word of who must agree.")),
        "input": (_("Input"), _("From there to the last input.")),
        "decider": (_("Decider"), _("The rest, until it was decided.")),
    }
    mean = _("Mean of a decision; the four add up to the mean time from opened to decided.")
    return (
        Column("n", _("Decided"), "count", _("Decided by somebody, not allowed beforehand.")),
        Column("p50", _("Median"), "duration", _("Half were decided within so long, from opened.")),
        Column("p85", _("85 %"), "duration", _("85 % were decided within so long, from opened.")),
        *(
            Column(f"wait_{name}", title, "duration", f"{what} {mean}")
            for name, (title, what) in waits.items()
        ),
        Column("in_time", _("In time"), "share",
               _("Decided within the target, of those by somebody that had one.")),
    )  # fmt: skip


def _speed(scope: FlowScope, one: TypeFigures, split: Split, wide: bool) -> Row:
    n = one.counts["timed"]
    hidden = one.hidden or too_few(n, wide)
    p50 = Times(split.p50.calendar, one.p50_s)
    p85 = Times(split.p85.calendar, one.p85_s)
    late = one.in_time is not None and one.in_time < 0.8 and n >= ENOUGH
    return Row(
        key=one.key,
        name=one.name,
        cells={
            "n": count(n, listed(scope, "timed", one.key), hidden=hidden),
            "p50": cell(p50, hidden=hidden),
            "p85": cell(p85, hidden=hidden),
            **{f"wait_{name}": cell(split.waits[name], hidden=hidden) for name in WAITS},
            "in_time": cell(one.in_time, hidden=hidden),
        },
        tone="warn" if late and not hidden else "",
    )


def _level_columns() -> tuple[Column, ...]:
    return (
        Column("type", _("Question"), "text", _("The type of decision.")),
        Column("n", _("Decided"), "count", _("Decided under this right, in this band.")),
        Column("share", _("Share"), "share", _("Of what was decided of its type.")),
    )


def _level(scope: FlowScope, one: TypeFigures, level: Level) -> Row:
    url = listed(scope, "decided", one.key, level=level.mark)
    return Row(
        key=f"{one.key}:{level.mark}",
        name=level_name(level, one.measure),
        cells={
            "type": cell(one.name),
            "n": count(level.n, url, hidden=level.hidden),
            "share": cell(level.share, hidden=level.hidden),
        },
        tone="" if level.right else "warn",
    )


def level_name(level: Level, measure: str) -> str:
    """The band of a level in words."""
    if not level.right:
        return _("no right applied")
    if level.low is None and level.high is None:
        return _("any")
    return band(level.low, level.high, measure)


def _how_fast(
    scope: FlowScope, found: Decided, split: Mapping[tuple[str, str], Split], rows: Sequence[Row]
) -> str:
    said = decided_words.answer(found)
    if not said:
        return _("Nothing was decided in this period.")
    slow = [row for row in rows if _seconds(scope, row, "p50") is not None]
    if found.all.hidden or not slow:
        return said
    worst = max(slow, key=lambda row: (_seconds(scope, row, "p50") or 0, row.name))
    if len(slow) > 1:
        p50 = worst.cells["p50"].value
        assert isinstance(p50, Times)
        said += " " + _("“%(name)s” takes longest: %(p50)s in the middle.") % {
            "name": worst.name,
            "p50": spoken(scope, p50, found.day_s),
        }
    waits = {name: times.of(scope.basis) or 0 for name, times in split["*", "*"].waits.items()}
    whole, longest = sum(waits.values()), max(waits, key=lambda name: waits[name])
    words = {
        "recommend": _("%(share)s of the time waits for a recommendation."),
        "agree": _("%(share)s of the time waits for agreement."),
        "input": _("%(share)s of the time waits for input."),
        "decider": _("%(share)s of the time waits for whoever decides."),
    }
    share = ratio(waits[longest], whole)
    return said if share is None else f"{said} {words[longest] % {'share': percent(share)}}"


def _seconds(scope: FlowScope, row: Row, key: str) -> float | None:
    value = row.cells[key].value
    return value.of(scope.basis) if isinstance(value, Times) else None


# --- Q10 ---


def approvals(scope: FlowScope, user: User) -> Answer:
    """Which approvals change nothing, and how long is waited for them; ten queries."""
    found, wide = decided.figures(scope, user), protected.sees_small(user)
    rows = decided.decided_rows(scope)
    split = decided_split.splits(rows.filter(decided.FIGURES["timed"][1]))
    types = [_approval(scope, one, split.get((one.key, "*"), NOTHING)) for one in found.types]
    names = {one.key: one for one in found.types}
    levels = [
        _approved_level(scope, names[key], level, counts, split.get((key, level.right), NOTHING))
        for key, level, counts in decided.levels(rows, wide)
    ]
    return Answer(
        sentence=_needless(scope, found, types),
        n=found.all.n,
        unit="decisions",
        population=_("What was decided in the period, but for what is confidential."),
        calendar=calendar_words(),
        tables=(
            Table(
                _("What approvals change"), _approval_columns(), tuple(types),
                Chart("scatter", value="unchanged", against="n", size="wait"),
            ),
            Table(
                _("By level"),
                (Column("type", _("Question"), "text", _("The type of decision.")),
                 *_approval_columns()),
                tuple(levels),
                Chart("bars", value="unchanged"),
            ),
        ),
        notes=(
            _("Where nothing changes, a higher threshold or one question less saves the wait."),
        ),
        day_s=found.day_s,
    )  # fmt: skip


def _approval_columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Decided"), "count", _("All that were decided, beforehand included.")),
        Column("same", _("Unchanged"), "count",
               _("Approved in the first round and without conditions.")),
        Column("unchanged", _("Share unchanged"), "share",
               _("Approved in the first round and without conditions ÷ decided.")),
        Column("wait", _("Waited in all"), "duration",
               _("Sum of the times from opened to decided, of what somebody decided.")),
        Column("p50", _("Median"), "duration",
               _("Half of what somebody decided was decided within so long.")),
    )  # fmt: skip


def _approval(scope: FlowScope, one: TypeFigures, split: Split) -> Row:
    return Row(
        key=one.key,
        name=one.name,
        cells={
            "n": count(one.n, listed(scope, "decided", one.key), hidden=one.hidden),
            "same": count(
                one.counts["unchanged"], listed(scope, "unchanged", one.key), hidden=one.hidden
            ),
            "unchanged": cell(one.unchanged, hidden=one.hidden),
            "wait": cell(split.total, hidden=one.hidden),
            "p50": cell(Times(split.p50.calendar, one.p50_s), hidden=one.hidden),
        },
        tone=_needless_tone(one.unchanged, one.n),
    )


def _needless_tone(unchanged: float | None, n: int) -> str:
    return "warn" if unchanged is not None and unchanged >= NEEDLESS and n >= ENOUGH else ""


def _approved_level(
    scope: FlowScope, one: TypeFigures, level: Level, counts: Mapping[str, int], split: Split
) -> Row:
    def url(figure: str) -> str:
        return listed(scope, figure, one.key, level=level.mark)

    hidden = level.hidden or one.hidden
    unchanged = None if hidden else ratio(counts["unchanged"], level.n)
    return Row(
        key=f"{one.key}:{level.mark}",
        name=level_name(level, one.measure),
        cells={
            "type": cell(one.name),
            "n": count(level.n, url("decided"), hidden=hidden),
            "same": count(counts["unchanged"], url("unchanged"), hidden=hidden),
            "unchanged": cell(unchanged, hidden=hidden),
            "wait": cell(split.total, hidden=hidden),
            "p50": cell(split.p50, hidden=hidden),
        },
        tone=_needless_tone(unchanged, level.n),
    )


def _needless(scope: FlowScope, found: Decided, rows: Sequence[Row]) -> str:
    if not found.all.n:
        return _("Nothing was decided in this period.")
    shown = [(row, one) for row, one in zip(rows, found.types, strict=True) if one.unchanged]
    if not shown:
        return _("Too few were decided in this period to say which approvals change nothing.")
    row, one = max(shown, key=lambda pair: (pair[1].unchanged or 0, pair[1].n, pair[1].name))
    wait = row.cells["wait"].value
    assert isinstance(wait, Times)
    return _(
        "“%(name)s” changes least: %(same)s of %(n)s were approved as they were asked for, and "
        "%(wait)s was waited for them."
    ) % {
        "name": one.name,
        "same": number(one.counts["unchanged"]),
        "n": number(one.n),
        "wait": spoken(scope, wait, found.day_s),
    }


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q9",
        slug="deciding",
        title=gettext_lazy("How fast do we decide, and on which level?"),
        short=gettext_lazy("Speed of decisions"),
        group="decisions",
        answer=deciding,
        first_for=("executive",),
    ),
    Question(
        code="Q10",
        slug="approvals",
        title=gettext_lazy("Which approvals add nothing?"),
        short=gettext_lazy("Needless approvals"),
        group="decisions",
        answer=approvals,
        first_for=("owner",),
    ),
    *deciding_rights.QUESTIONS,
    *deciding_practice.QUESTIONS,
)
