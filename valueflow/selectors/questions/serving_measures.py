"""Whether outcomes move and technologies delivered: Q14 and Q15."""

from collections.abc import Sequence
from statistics import mean

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.selectors import measures
from esm.accounts.models import User
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.benefits import Kept, kept
from valueflow.selectors import benefits, flow, promises
from valueflow.selectors import promise_words as words
from valueflow.selectors.promises import Measured, Promised
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.serving_cells import no_model
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

TONES = {"ok": "ok", "risk": "warn", "late": "risk"}


# --- Q14 ---


def outcomes(scope: FlowScope, user: User) -> Answer:
    """Where each measure stands between baseline and target, and each objective by its measures."""
    found = promises.model()
    if found is None:
        return no_model("measures")
    bp = found[1]
    rows = [
        one
        for one in promises.measured_by(scope)
        if scope.stream in ("", str(one.spec.value_stream or ""))
    ]
    without = sum(one.standing.progress is None for one in rows)
    return Answer(
        sentence=_moving(rows),
        n=len(rows),
        unit="measures",
        population=_(
            "Measures of the version in force. What is computed is read since that version took "
            "effect, or over the period where it is over; of others the last observation counts."
        ),
        calendar=_("Days are working days of the stream's calendar."),
        tables=(
            Table(_("From baseline to target"), _measure_columns(),
                  tuple(_measure(bp, one) for one in rows), Chart("bars", value="progress")),
            Table(_("Objectives by their measures"), _objective_columns(),
                  tuple(_objectives(bp, rows)), Chart("bars", value="score")),
        ),
        marks=flow.marks(scope),
        notes=(_("%(n)d measures have no progress that can be told, and are in no mean.")
               % {"n": without},) if without else (),
    )  # fmt: skip


def _measure_columns() -> tuple[Column, ...]:
    return (
        Column("unit", _("Unit"), "text"),
        Column("baseline", _("Baseline"), "number", _("What it was before anything changed.")),
        Column("target", _("Target"), "number", _("What it shall come to.")),
        Column("actual", _("Actual"), "number",
               _("The last observation by the end of the period, with those before it where it is "
                 "too thin alone.")),
        Column("n", _("Seen"), "number", _("How many the actual figure is made of.")),
        Column("progress", _("Progress"), "share",
               _("(actual − baseline) ÷ (target − baseline), not clipped; nothing from fewer than "
                 "twenty. Of what shall stay: 1 inside its limits.")),
        Column("state", _("State"), "text"),
        Column("due", _("Due"), "date"),
    )  # fmt: skip


def _measure(bp: Blueprint, one: Measured) -> Row:
    goal, stands = one.goal, one.standing
    state, word = words.STATES[stands.state]
    baseline = goal.baseline.value if goal.baseline else None
    now = stands.now.value if stands.now else None
    return Row(
        key=one.key,
        name=one.name,
        cells={
            "unit": Cell(goal.unit),
            "baseline": Cell(_float(baseline)),
            "target": Cell(_float(goal.target)),
            "actual": Cell(_float(now), url=reverse("measure", args=[one.key])),
            "n": Cell(stands.now.n if stands.now else None),
            "progress": Cell(_float(stands.progress)),
            "state": Cell(str(word)),
            "due": Cell(goal.due.isoformat() if goal.due else None),
        },
        tone=TONES.get(state, ""),
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _objective_columns() -> tuple[Column, ...]:
    return (
        Column("measures", _("Measures"), "number", _("Of its outcomes.")),
        Column("told", _("Told"), "number", _("Of which progress can be told.")),
        Column("score", _("Score"), "share",
               _("Mean progress of the measures of which it can be told.")),
    )  # fmt: skip


def _objectives(bp: Blueprint, rows: Sequence[Measured]) -> list[Row]:
    found = []
    specs = bp.find(kinds.Outcome)
    for key, spec in sorted(bp.find(kinds.Objective).items(), key=lambda one: one[1].code):
        own = {name for name, outcome in specs.items() if key in map(str, outcome.objectives)}
        mine = [one for one in rows if str(one.spec.outcome) in own]
        told = [float(one.standing.progress) for one in mine if one.standing.progress is not None]
        cells = {
            "measures": Cell(len(mine), url=f"{reverse('objectives')}#{key}"),
            "told": Cell(len(told)),
            "score": Cell(mean(told) if told else None),
        }
        found.append(Row(key, f"{spec.code} {spec.title}".strip(), cells))
    return found


def _moving(rows: Sequence[Measured]) -> str:
    if not rows:
        return _("No outcome has a measure yet.")
    told = [float(one.standing.progress) for one in rows if one.standing.progress is not None]
    values = {
        "n": len(rows),
        "there": sum(share >= 1 for share in told),
        "moving": sum(0 < share < 1 for share in told),
        "not": sum(share <= 0 for share in told),
        "none": len(rows) - len(told),
    }
    return (
        _(
            "Of %(n)d measures %(there)d are at their target, %(moving)d are on the way, %(not)d "
            "have not moved or got worse; of %(none)d nothing can be told."
        )
        % values
    )


# --- Q15 ---


def technologies(scope: FlowScope, user: User) -> Answer:
    """What was promised of technologies and what came of it, promise by promise and by kind."""
    found = promises.model()
    if found is None:
        return no_model("benefits")
    bp = found[1]
    today = measures.today(bp)
    rows = [one for one in promises.promised() if _asked(scope, one)]
    counted = benefits.counted(rows, today)
    whole = kept(counted)
    groups = [
        (kind, kept(one for one in counted if one.kind == kind))
        for kind in words.KINDS
        if any(one.kind == kind for one in counted)
    ]
    ended = sum(one.ended for one in rows)
    return Answer(
        sentence=_delivered(rows, whole),
        n=len(rows),
        unit="benefits",
        population=_("Benefits of the version in force, as they stand today."),
        calendar=_("Days are working days of the stream's calendar."),
        tables=(
            Table(_("Promised and realised"), _benefit_columns(),
                  tuple(_benefit(bp, one) for one in rows), Chart("bars", value="progress")),
            Table(_("By kind of promise"), _kind_columns(bp),
                  tuple(_kind(kind, one) for kind, one in groups), Chart("bars", value="index")),
        ),
        notes=(_("%(n)d were stopped or withdrawn and are not added up.") % {"n": ended},)
        if ended else (),
    )  # fmt: skip


def _asked(scope: FlowScope, one: Promised) -> bool:
    of = str(one.measure.value_stream or "") if one.measure else ""
    return scope.stream in ("", of)


def _benefit_columns() -> tuple[Column, ...]:
    return (
        Column("kind", _("Kind"), "text"),
        Column("technology", _("Technology"), "text"),
        Column("unit", _("Unit"), "text"),
        Column("promised", _("Promised"), "number", _("Target − baseline, in the unit.")),
        Column("realised", _("Realised"), "number", _("What was seen last − baseline.")),
        Column("progress", _("Share"), "share", _("Realised ÷ promised, not clipped.")),
        Column("verdict", _("Verdict"), "text",
               _("Nothing is said from fewer than twenty on either side.")),
        Column("due", _("Due"), "date"),
    )  # fmt: skip


def _benefit(bp: Blueprint, one: Promised) -> Row:
    technology = bp.peek(kinds.Technology, one.spec.technology) if one.spec.technology else None
    page = reverse("technology", args=[str(one.spec.technology)]) if technology else ""
    state, word = words.VERDICTS[one.verdict.word]
    why = ""
    if page and one.verdict.word in ("not_realised", "partly", "behind"):
        why = reverse("technology-why", args=[str(one.spec.technology), one.key])
    return Row(
        key=one.key,
        name=one.spec.title,
        cells={
            "kind": Cell(str(words.KINDS.get(one.spec.promise_kind, one.spec.promise_kind))),
            "technology": Cell(technology.name if technology else "", url=page),
            "unit": Cell(one.goal.unit if one.goal else ""),
            "promised": Cell(benefits.promised_change(one)),
            "realised": Cell(benefits.realised_change(one)),
            "progress": Cell(_float(one.verdict.progress)),
            "verdict": Cell(_("Stopped") if one.ended else str(word), url=why),
            "due": Cell(one.due.isoformat() if one.due else None),
        },
        tone="" if one.ended else TONES.get(state, ""),
    )


def _kind_columns(bp: Blueprint) -> tuple[Column, ...]:
    money = bp.organisation().currency
    worth = _("Of promises due of which somebody said what a unit is worth, in %(money)s.")
    return (
        Column("n", _("Benefits"), "number", _("That still hold.")),
        Column("promised", _("Promised"), "number", _("Those whose day has come; each counts 1.")),
        Column("realised", _("Realised"), "number",
               _("Sum of their progress, each from 0 to 1; what cannot be told counts 0.")),
        Column("index", _("Share"), "share", _("Σ realised ÷ Σ promised due by now.")),
        Column("worth", _("Worth"), "money", worth % {"money": money}),
        Column("worth_realised", _("Of it realised"), "money", worth % {"money": money}),
    )  # fmt: skip


def _kind(kind: str, found: Kept) -> Row:
    low = found.share is not None and found.share < 0.5
    return Row(
        key=kind,
        name=str(words.KINDS[kind]),
        cells={
            "n": Cell(found.n),
            "promised": Cell(found.promised),
            "realised": Cell(found.realised),
            "index": Cell(found.share),
            "worth": Cell(found.worth),
            "worth_realised": Cell(found.worth_realised),
        },
        tone="warn" if low else "",
    )


def _delivered(rows: Sequence[Promised], whole: Kept) -> str:
    if not rows:
        return _("Nothing was promised of any technology yet.")
    if whole.share is None:
        said = _("%(n)d benefits were promised; none is due yet.")
        return said % {"n": whole.n}
    late = sum(one.overdue for one in rows)
    said = _("%(share)s of what was promised by now came true, over %(promised)d benefits due.") % {
        "share": percent(whole.share),
        "promised": whole.promised,
    }
    if not late:
        return said
    return f"{said} " + _("%(n)d are past their day, and nobody decided about them.") % {"n": late}


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q14",
        slug="outcomes",
        title=gettext_lazy("Are outcomes moving?"),
        short=gettext_lazy("Outcomes"),
        group="strategy",
        answer=outcomes,
        first_for=("executive",),
    ),
    Question(
        code="Q15",
        slug="technologies",
        title=gettext_lazy("Did the technologies deliver what was promised?"),
        short=gettext_lazy("Promises of technology"),
        group="strategy",
        answer=technologies,
        first_for=("executive",),
    ),
)
