"""Whether before and after may be held against each other: checks printed with the result."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from esm.common.ui.amounts import number
from valueflow.engine.answers import Cell, Column, Row, Table
from valueflow.engine.comparison import OVERLAP
from valueflow.engine.summary import Times
from valueflow.selectors.before_after import Around, Pair, StreamChange
from valueflow.selectors.sentences import days_text, in_days, percent

# So much may a rate differ and still be called alike, and so many points a share.
ALIKE_RATE, ALIKE_POINTS = 0.1, 0.05
# Key, name, both texts, whether they are alike (None: not known), what it means.
Check = tuple[str, str, tuple[str, str], bool | None, str]


def fair_table(rows: list[StreamChange]) -> Table:
    """Every check of every stream."""
    single = len(rows) == 1
    rule = _("Rates may differ by a tenth, shares by five points.")
    found = tuple(_row(row, check, single=single) for row in rows for check in _checks(row))
    differ = sum(check.tone == "warn" for check in found)
    return Table(
        title=_("Is it a fair comparison?"),
        columns=(
            Column("before", _("Before"), "text"),
            Column("after", _("After"), "text"),
            Column("alike", _("Alike"), "text", rule),
            Column("says", _("What it means"), "text"),
        ),
        rows=found,
        sentence=_("%(n)s of %(of)s checks found a difference.")
        % {"n": number(differ), "of": number(len(found))},
    )


def _row(row: StreamChange, check: Check, *, single: bool) -> Row:
    key, name, (before, after), alike, said = check
    words = {True: _("yes"), False: _("no"), None: _("not known")}
    texts = {"before": before, "after": after, "alike": words[alike], "says": said}
    cells = {column: Cell(text) for column, text in texts.items()}
    title = name if single else f"{row.name}: {name}"
    return Row(f"{row.key}/{key}", title, cells, "warn" if alike is False else "")


def _checks(row: StreamChange) -> list[Check]:
    around = row.around
    return [
        ("volume", _("Requests a week"), _numbers(around.volume), _rate(around.volume), ""),
        _mix(row),
        ("season", _("Working days a week"), _numbers(around.season), _rate(around.season), ""),
        ("people", _("Hours of people a week"), _hours(around.room), _rate(around.room), ""),
        ("pause", _("Time spent on others"), _shares(around.pause), _points(around.pause), ""),
        (
            "outside",
            _("Work outside the model"),
            _shares(around.outside),
            _points(around.outside),
            "",
        ),
        *_rules(around),
        _closed(row),
    ]


def _mix(row: StreamChange) -> Check:
    one = row.compared
    weighted = one.weighted50.business
    said = ""
    if weighted is not None:
        days = days_text(in_days(Times(None, weighted.estimate), "business", row.day_s))
        said = _("With the mix of before the change of half is %(days)s working days.") % {
            "days": days.replace("-", "−")
        }
    moved = _("%(share)s moved") % {"share": percent(one.mix)}
    alike = one.mix <= ALIKE_RATE and one.overlap >= OVERLAP
    return ("mix", _("Mix by service and size"), ("–", moved), alike, said)


def _rules(around: Around) -> list[Check]:
    """What the model says otherwise than before."""
    others, clock, promise = "", "", ""
    if around.others:
        others = _("What they changed is in these figures, too.")
    if around.clock:
        clock = _("Without it no speed can be compared.")
    if around.promise:
        promise = _("Promises kept are left out of the verdict.")
    codes = ", ".join(around.others) or _("none")
    name = _("Other versions in these weeks")
    return [
        ("others", name, (codes, ""), not around.others, others),
        ("clock", _("What is counted as time"), ("", ""), not around.clock, clock),
        ("promise", _("What is promised"), ("", ""), not around.promise, promise),
    ]


def _closed(row: StreamChange) -> Check:
    closed = row.compared.after.closed
    ended = row.compared.method == "ended"
    said = "" if ended else _("Open ones count by the Kaplan–Meier estimate.")
    texts = ("–", "–" if closed is None else percent(closed))
    return ("closed", _("Ended of those sent"), texts, None if closed is None else ended, said)


def _rate(pair: Pair) -> bool | None:
    found = pair.ratio()
    return None if found is None else abs(found - 1) <= ALIKE_RATE


def _points(pair: Pair) -> bool | None:
    if pair.before is None or pair.after is None:
        return None
    return abs(pair.after - pair.before) <= ALIKE_POINTS


def _numbers(pair: Pair) -> tuple[str, str]:
    return _both(pair, lambda value: number(value, 1))


def _hours(pair: Pair) -> tuple[str, str]:
    return _both(pair, lambda value: number(value / 3600, 0))


def _shares(pair: Pair) -> tuple[str, str]:
    return _both(pair, percent)


def _both(pair: Pair, text: Callable[[float], str]) -> tuple[str, str]:
    before, after = ("–" if one is None else text(one) for one in (pair.before, pair.after))
    return before, after
