"""Whether practice and rules agree on who decides: Q12."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.ui.amounts import number
from governance.selectors import versions
from governance.selectors.differing import differing
from governance.selectors.waivers import sees_all
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.figures import midnight, monday, whole_weeks
from valueflow.engine.statistics import ratio
from valueflow.selectors import decided, decided_lists, flow, protected
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.deciding_cells import HIDDEN, cell, count, listed, too_few
from valueflow.selectors.questions.flows_pool import week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

WEEK = timedelta(days=7)


def practice(scope: FlowScope, user: User) -> Answer:
    """How often somebody decided whom no right named, by week and by type; six queries."""
    rows = decided.decided_rows(scope).filter(decided.FIGURES["timed"][1])
    wide, opens = protected.sees_small(user), sees_all(user)
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    taken = [(key, _week(scope, at)) for key, at in rows.values_list("type_key", "decided_at")]
    odd = [
        (key, _week(scope, at)) for key, at in differing(rows).values_list("type_key", "decided_at")
    ]
    weeks, odd_weeks = Counter(week for _key, week in taken), Counter(week for _key, week in odd)
    types, odd_types = Counter(key for key, _week in taken), Counter(key for key, _week in odd)
    by_week = [
        _row(scope, day.isoformat(), week_name(day), weeks[day], odd_weeks[day], wide, opens)
        for day in whole_weeks(scope.start, scope.end, scope.zone)
    ]
    by_type = [
        _row(scope, key, decided.named(bp, key)[0], n, odd_types[key], wide, opens, kind=key)
        for key, n in sorted(types.items(), key=lambda one: (-odd_types[one[0]], -one[1], one[0]))
    ]
    return Answer(
        sentence=_agree(len(taken), len(odd), by_type, wide),
        n=len(taken),
        unit="decisions",
        population=_("What was decided by somebody in the period, but for what is confidential."),
        calendar="",
        tables=(
            Table(_("Week by week"), _columns(), tuple(by_week), Chart("line", value="rate")),
            Table(_("Types of decision"), _columns(), tuple(by_type), Chart("bars", value="rate")),
        ),
        marks=flow.marks(scope),
        notes=(_("Which decisions these are is for those who oversee the whole."),),
    )


def _week(scope: FlowScope, at: datetime | None) -> date:
    assert at is not None
    return monday(at, scope.zone)


def _columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Decided"), "count", _("Decided by somebody.")),
        Column("otherwise", _("Otherwise"), "count",
               _("Decided under a right that the version in force for it does not have, by another "
                 "role than it names, or by somebody who did not hold the role then (check GOV16). "
                 "Where no right applied the fallback decides, and nothing differs.")),
        Column("rate", _("Share otherwise"), "share", _("Decided otherwise ÷ decided.")),
    )  # fmt: skip


def _row(
    scope: FlowScope,
    key: str,
    name: str,
    n: int,
    odd: int,
    wide: bool,
    opens: bool,
    *,
    kind: str = "",
) -> Row:
    window = {} if kind else _days(scope, date.fromisoformat(key))
    hidden = too_few(n, wide)
    told = listed(scope, decided_lists.OTHERWISE, kind, **window) if opens else ""
    return Row(
        key=key,
        name=name,
        cells={
            "n": count(n, listed(scope, "timed", kind, **window), hidden=hidden),
            "otherwise": HIDDEN if hidden else Cell(odd, url=told),
            "rate": cell(ratio(odd, n), hidden=hidden),
        },
        tone="risk" if odd and not hidden else "",
    )


def _days(scope: FlowScope, week: date) -> dict[str, str]:
    """The parameters of a week."""
    start, end = midnight(week, scope.zone), midnight(week + WEEK, scope.zone)
    return {"from": start.isoformat(), "to": end.isoformat(), "period": ""}


def _agree(n: int, odd: int, rows: Sequence[Row], wide: bool) -> str:
    if not n:
        return _("Nothing was decided in this period.")
    if too_few(n, wide):
        return _("Too few were decided in this period to say whether practice follows the rules.")
    if not odd:
        told = _("None of %(n)s decisions was taken otherwise than the rules say.")
        return told % {"n": number(n)}
    said = _("%(odd)s of %(n)s decisions (%(share)s) were taken otherwise than the rules say.") % {
        "odd": number(odd),
        "n": number(n),
        "share": percent(odd / n),
    }
    worst = next((row for row in rows if row.cells["otherwise"].value), None)
    if worst is None or len(rows) == 1:
        return said
    return f"{said} " + _("Most often it is “%(name)s”.") % {"name": worst.name}


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q12",
        slug="practice",
        title=gettext_lazy("Do practice and rules agree on who decides?"),
        short=gettext_lazy("Practice and rules"),
        group="decisions",
        answer=practice,
        first_for=("auditor", "steward"),
    ),
)
