"""What the last version changed: Q23."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esm.accounts.models import User
from esm.common.ui.amounts import number
from valueflow.engine import figures
from valueflow.engine.answers import Answer, Table
from valueflow.engine.summary import Mark
from valueflow.selectors import baselines, before_after
from valueflow.selectors.before_after import Sides, StreamChange, Windows
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.versions_fair import fair_table
from valueflow.selectors.questions.versions_tables import (
    beside_table,
    streams_table,
    weeks_table,
)
from valueflow.selectors.questions.versions_words import says, why_text
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.touched import Turn, touched, turn

GROUP = "change"


def last_version(scope: FlowScope, user: User) -> Answer:
    """Each stream that a version touched, before and after it; the version of the filter, else the
    one in force. Fourteen queries."""
    found = turn(scope.version)
    if found is None:
        return _nothing(
            scope, _("No version came into force after another yet, so nothing can be compared.")
        )
    keys = [key for key in touched(found) if scope.stream in ("", key)]
    if not keys:
        said = _("%(version)s changed nothing of how work goes in these streams.")
        return _nothing(scope, said % {"version": found.now.code})
    at = before_after.windows(scope, found)
    rows = Sides(found, at).streams(keys)
    rows.sort(key=lambda row: (-row.compared.before.n - row.compared.after.n, row.key))
    return Answer(
        sentence=_sentence(found, rows, scope),
        n=sum(row.compared.before.n + row.compared.after.n for row in rows),
        unit="requests",
        population=_population(found, at),
        calendar=_("Working time of each service; calendar time beside it."),
        tables=_tables(found, at, rows),
        marks=[Mark(one.at, figures.monday(one.at, scope.zone), one.code) for one in found.known],
        notes=_notes(rows),
        day_s=rows[0].day_s,
    )


def _tables(found: Turn, at: Windows, rows: list[StreamChange]) -> tuple[Table, ...]:
    return (
        streams_table(found, at, rows, baselines=baselines.before(found)),
        weeks_table(found, at, rows[0]),
        beside_table(at, rows),
        fair_table(rows),
    )


def _nothing(scope: FlowScope, sentence: str) -> Answer:
    empty = Table(_("Streams"), (), ())
    return Answer(
        sentence=sentence,
        n=0,
        unit="requests",
        population=_("Requests before and after a version came into force"),
        calendar=_("Working time of each service; calendar time beside it."),
        tables=(empty,),
    )


def _population(found: Turn, at: Windows) -> str:
    return _(
        "Before: finished in the %(weeks)d weeks until %(version)s came into force. After: sent "
        "since then. The period of the page is not used."
    ) % {"weeks": round(at.weeks[0]), "version": found.now.code}


def _sentence(found: Turn, rows: list[StreamChange], scope: FlowScope) -> str:
    """The stream with most requests in full, then how many are of each word."""
    first = says(rows[0], found.now.code, scope.basis)
    others = rows[1:]
    if not others:
        return first
    better = sum(row.compared.verdict.word == "better" for row in others)
    worse = sum(row.compared.verdict.word == "worse" for row in others)
    return (
        first
        + " "
        + ngettext(
            "Of %(n)s other stream %(better)s is better and %(worse)s worse.",
            "Of %(n)s other streams %(better)s are better and %(worse)s worse.",
            len(others),
        )
        % {"n": number(len(others)), "better": better, "worse": worse}
    )


def _notes(rows: list[StreamChange]) -> tuple[str, ...]:
    found = [
        _(
            "A difference is after less before, with its 95 %% interval: of 2,000 samples drawn "
            "again from a fixed seed for lead times, by Newcombe's method for shares."
        ).replace("%%", "%"),
        _(
            "There is no verdict under twenty requests on a side, and none where what is counted "
            "is not alike. Faster while more is sent back is not better."
        ),
    ]
    if any(row.compared.method == "survival" for row in rows):
        found.append(
            _(
                "Where under nine of ten requests sent since have ended, those still open count by "
                "the Kaplan–Meier estimate, so that only fast ones do not make it look better."
            )
        )
    for row in rows:
        if row.compared.verdict.why:
            said = _("“%(stream)s”: %(why)s.")
            found.append(said % {"stream": row.name, "why": why_text(row.compared.verdict)})
    return tuple(found)


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q23",
        slug="last-version",
        title=gettext_lazy("What did the last published version change?"),
        short=gettext_lazy("Last version"),
        group=GROUP,
        answer=last_version,
        first_for=("executive",),
    ),
)
