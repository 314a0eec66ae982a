"""The value report: clarity, alignment and value, each with its parts, and proof by stream.

Clarity is how much of the model has what it must have, alignment how much of the work serves an
objective that comes closer, value how much of what was promised by now came true.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.selectors import measures
from esm.accounts.models import User
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.strategy import Board
from governance.selectors import versions
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.benefits import Due, Kept, kept
from valueflow.engine.clarity import PARTS, Clear, Must, clear
from valueflow.selectors import (
    alignment,
    benefits,
    clarity,
    drill_serving,
    flow,
    population,
    promises,
)
from valueflow.selectors import promise_words as words
from valueflow.selectors.alignment import Alignment, Work
from valueflow.selectors.promises import Measured
from valueflow.selectors.questions import versions as last
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.serving_cells import counted, no_model, worked
from valueflow.selectors.questions.serving_clear import part_names
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

HOUR_S = 3600


def report(scope: FlowScope, user: User) -> Answer:
    """The three numbers first, then a table of the parts of each, then the critical streams."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    known = drill_serving.links()
    if bp is None or known is None:
        return no_model("elements")
    elements = clarity.musts(bp, scope)
    done = alignment.work(population.finished(scope))
    seen = promises.seen_all()
    measured = promises.measured_all(known=seen)
    aligned = alignment.alignment(done, known, measured)
    due = benefits.counted(promises.promised(known=seen), measures.today(bp))
    whole, realised = clear(elements), kept(due)
    proof, said = _proof(bp, scope, user)
    return Answer(
        sentence=_sentence(whole, aligned, realised),
        n=aligned.all.n,
        unit="requests",
        population=_(
            "The model in force, requests finished in the period but for confidential ones, and "
            "benefits as they stand today."
        ),
        calendar="",
        tables=(
            _headline(whole, aligned, realised),
            _clarity(elements),
            _alignment(bp, known, done, measured),
            _value(due),
            proof,
        ),
        marks=flow.marks(scope),
        notes=said,
    )


def _headline(whole: Clear, aligned: Alignment, realised: Kept) -> Table:
    hours = bool(aligned.all.touch_s)
    return Table(
        _("Three numbers"),
        (
            Column("value", _("Share"), "share"),
            Column("part", _("Of it"), "number", _("What counts for it.")),
            Column("whole", _("Of all"), "number", _("What it is a share of.")),
            Column("unit", _("Counted in"), "text"),
            Column("formula", _("Formula"), "text"),
        ),
        (
            _number("clarity", _("Clarity"), whole.index, whole.weight_passed, whole.weight,
                    _("by work of 90 days"),
                    _("Σ w·clear ÷ Σ w over stages, services, handoffs, decisions and measures; w "
                      "is the work of the last 90 days, at least 1.")),
            _number("alignment", _("Alignment"), aligned.index,
                    aligned.moving.touch_s / HOUR_S if hours else aligned.moving.n,
                    aligned.all.touch_s / HOUR_S if hours else aligned.all.n,
                    _("hours of work") if hours else _("requests"),
                    _("Time of work in finished requests with a way to an objective that has a "
                      "moving measure ÷ all of it; requests where no time is known. A measure "
                      "moves where its progress is above zero.")),
            _number("value", _("Value"), realised.share, realised.realised, realised.promised,
                    _("benefits due"),
                    _("Σ realised ÷ Σ promised due by now; each benefit counts by its progress, "
                      "from 0 to 1. Not told until one is due.")),
        ),
    )  # fmt: skip


def _number(
    key: str, name: str, value: float | None, part: float, whole: float, unit: str, formula: str
) -> Row:
    cells = {
        "value": Cell(value),
        "part": Cell(round(part, 2)),
        "whole": Cell(round(whole, 2)),
        "unit": Cell(unit),
        "formula": Cell(formula),
    }
    return Row(key, name, cells)


def _clarity(found: Iterable[Must]) -> Table:
    rows = list(found)
    names = part_names()
    url = reverse("flow-question", args=["clarity"])
    parts = [(part, clear(one for one in rows if one.part == part)) for part in PARTS]
    return Table(
        _("Clarity, part by part"),
        (
            Column("checked", _("Elements"), "number", _("That must have something.")),
            Column("passed", _("Clear"), "number", _("Have all they must have.")),
            Column("index", _("Clarity"), "share", _("Σ w of the clear ÷ Σ w.")),
        ),
        tuple(
            Row(part, names[part], {
                "checked": Cell(one.checked, url=url),
                "passed": Cell(one.passed, url=url),
                "index": Cell(one.index, url=url),
            })
            for part, one in parts
        ),
        Chart("bars", value="index"),
    )  # fmt: skip


def _alignment(bp: Blueprint, known: Board, done: list[Work], measured: list[Measured]) -> Table:
    moving = {row.key for row in alignment.moving(known, measured)}
    rows = []
    for row in known.objectives:
        spec = bp.get(kinds.Objective, row.key)
        found = alignment.total(alignment.aligned(done, [row]))
        rows.append(
            Row(row.key, f"{spec.code} {spec.title}".strip(), {
                "requests": counted(found.n, "serving", objective=row.key),
                "touch": worked(found.touch_s, found.n),
                "moving": Cell(_("moves") if row.key in moving else _("does not move"),
                               url=f"{reverse('objectives')}#{row.key}"),
            }, tone="" if row.key in moving else "warn")
        )  # fmt: skip
    return Table(
        _("Alignment, objective by objective"),
        (
            Column("requests", _("Requests"), "count", _("Finished in the period, serving it.")),
            Column("touch", _("Time of work"), "duration", _("Sum of the work in them.")),
            Column("moving", _("Its measures"), "text",
                   _("Move where the progress of one of them is above zero.")),
        ),
        tuple(rows),
        Chart("bars", value="requests"),
    )  # fmt: skip


def _value(due: list[Due]) -> Table:
    groups = [(kind, kept(one for one in due if one.kind == kind)) for kind in words.KINDS]
    url = reverse("flow-question", args=["technologies"])
    return Table(
        _("Value, by kind of promise"),
        (
            Column("n", _("Benefits"), "number", _("That still hold.")),
            Column("promised", _("Due"), "number", _("Whose day has come.")),
            Column("realised", _("Realised"), "number", _("Sum of their progress, 0 to 1 each.")),
            Column("index", _("Value"), "share", _("Σ realised ÷ Σ promised due by now.")),
        ),
        tuple(
            Row(kind, str(words.KINDS[kind]), {
                "n": Cell(one.n, url=url),
                "promised": Cell(one.promised, url=url),
                "realised": Cell(round(one.realised, 2), url=url),
                "index": Cell(one.share, url=url),
            })
            for kind, one in groups
            if one.n
        ),
        Chart("bars", value="index"),
    )  # fmt: skip


def _proof(bp: Blueprint, scope: FlowScope, user: User) -> tuple[Table, tuple[str, ...]]:
    """Before and after the last version, of the critical streams alone."""
    critical = {
        key for key, one in bp.find(kinds.ValueStream).items() if one.criticality == "critical"
    }
    found = last.last_version(scope, user)
    table = found.tables[0]
    rows = tuple(row for row in table.rows if row.key in critical)
    title = _("Critical streams before and after the last version")
    if not critical:
        said = _("No stream is marked as critical, so that none is held before and after.")
        return Table(title, (), ()), (said,)
    if not rows:
        return Table(title, (), ()), (str(found.sentence),)
    return replace(table, title=title, rows=rows), found.notes


def _sentence(whole: Clear, aligned: Alignment, realised: Kept) -> str:
    unknown = _("not told yet")
    return _("Clarity %(clarity)s, alignment %(alignment)s, value %(value)s.") % {
        "clarity": unknown if whole.index is None else percent(whole.index),
        "alignment": unknown if aligned.index is None else percent(aligned.index),
        "value": unknown if realised.share is None else percent(realised.share),
    }


# Asked like a question, so that its files are made of the same cells; it stands in no list of them.
REPORT = Question(
    code="",
    slug="value",
    title=gettext_lazy("Value report"),
    short=gettext_lazy("Value report"),
    group="strategy",
    answer=report,
    first_for=("executive",),
)
