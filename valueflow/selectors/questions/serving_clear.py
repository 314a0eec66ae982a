"""Whether the model is clear: Q17."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import checks, scores
from governance.blueprint.lint import CODES
from governance.models import FindingSpell
from governance.selectors import versions
from governance.selectors.findings import AREAS, end_of, visible_to
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.clarity import PARTS, Clear, Must, Part, clear
from valueflow.engine.figures import whole_weeks
from valueflow.selectors import clarity, flow
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.flows_pool import week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

SHOWN = 50
WEAK = 0.8


def part_names() -> dict[Part, str]:
    """What the elements of the index are called."""
    return {
        "stages": _("Stages"),
        "services": _("Services"),
        "handoffs": _("Handoffs"),
        "decisions": _("Decisions"),
        "measures": _("Measures"),
    }


def area_names() -> dict[str, str]:
    """What the parts of findings are called."""
    return {
        "people": _("People"),
        "process": _("Process"),
        "technology": _("Technology"),
        "governance": _("Governance"),
        "value": _("Value"),
    }


def clarity_index(scope: FlowScope, user: User) -> Answer:
    """The index with its parts, what fails, and findings week by week; thirteen queries."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    found = clarity.musts(bp, scope) if bp is not None else []
    whole = clear(found)
    rows = [_part(part, clear(one for one in found if one.part == part)) for part in PARTS]
    failing = sorted((one for one in found if not one.passed), key=_heaviest)
    return Answer(
        sentence=_sentence(whole, rows),
        n=whole.checked,
        unit="elements",
        population=_(
            "Stages where work is done or decided, live services, crossings between teams, types "
            "of decision and measures of the version in force. An element counts as often as work "
            "came to it in the last 90 days, once where none did."
        ),
        calendar="",
        tables=(
            Table(_("Clarity by part"), _columns(), tuple(rows), Chart("bars", value="index")),
            Table(_("What is said of people, process, technology and governance"),
                  _said_columns(), tuple(_said(bp)) if bp else (), Chart("bars", value="share")),
            Table(_("Open findings at the end of each week"), _trend_columns(),
                  tuple(_trend(scope, user)), Chart("stacked", series=tuple(AREAS))),
            Table(_("What is not clear, the most work first"), _failing_columns(),
                  tuple(_failing(one) for one in failing[:SHOWN])),
        ),
        marks=flow.marks(scope),
        notes=_notes(len(failing)),
    )  # fmt: skip


def _notes(n: int) -> tuple[str, ...]:
    if n <= SHOWN:
        return ()
    said = _("%(shown)d of %(n)d elements that are not clear are shown.")
    return (said % {"shown": SHOWN, "n": n},)


def _heaviest(one: Must) -> tuple[int, str, str]:
    return (-one.weight, one.part, one.key)


def _columns() -> tuple[Column, ...]:
    return (
        Column("checked", _("Elements"), "number", _("That must have something.")),
        Column("passed", _("Clear"), "number", _(
            "Have all they must: a stage one accountable role; a service an outcome and a promise; "
            "a handoff a signed agreement with entry criteria; a decision bands without gap or "
            "overlap and a decider who is there; a measure baseline, target and owner.")),
        Column("weight", _("Weight"), "number",
               _("Σ w: visits, requests, offers or decisions of the last 90 days, at least 1 each; "
                 "of a measure the requests of its stream.")),
        Column("weight_passed", _("Weight of the clear"), "number", _("Σ w of those.")),
        Column("index", _("Clarity"), "share", _("Σ w of the clear ÷ Σ w.")),
    )  # fmt: skip


def _part(part: Part, found: Clear) -> Row:
    return Row(
        key=part,
        name=part_names()[part],
        cells={
            "checked": Cell(found.checked),
            "passed": Cell(found.passed),
            "weight": Cell(found.weight),
            "weight_passed": Cell(found.weight_passed),
            "index": Cell(found.index),
        },
        tone="warn" if found.index is not None and found.index < WEAK else "",
    )


def _said_columns() -> tuple[Column, ...]:
    return (
        Column("met", _("Said"), "number", _("Expectations of the model that are met.")),
        Column("total", _("Expected"), "number", _("Everything a model is expected to say.")),
        Column("share", _("Share"), "share", _("Said ÷ expected.")),
    )


def _said(bp: Blueprint) -> Iterator[Row]:
    for part, found in scores(checks(bp)).items():
        url = f"{reverse('blueprint-missing')}?part={part}&state=missing"
        share = found.met / found.total if found.total else None
        cells = {"met": Cell(found.met), "total": Cell(found.total), "share": Cell(share, url=url)}
        yield Row(part, area_names()[part], cells)


def _trend_columns() -> tuple[Column, ...]:
    said = _("Findings of checks on this part that were open at the end of the week.")
    return tuple(Column(area, area_names()[area], "count", said) for area in AREAS)


def _trend(scope: FlowScope, user: User) -> Iterator[Row]:
    """By week and area; one query. Weeks before anything was looked for are left out."""
    weeks = whole_weeks(scope.start, scope.end, scope.zone)
    if not weeks:
        return
    ends = {week: end_of(week + timedelta(days=6), scope.zone) for week in weeks}
    spells = FindingSpell.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=ends[weeks[0]]),
        finding__in=visible_to(user),
        began_at__lte=ends[weeks[-1]],
    )
    if scope.stream:
        spells = spells.filter(finding__streams__contains=[scope.stream])
    columns = ("finding__rule", "began_at", "ended_at")
    known = [
        (area, began, ended)
        for rule, began, ended in spells.order_by().values_list(*columns)
        for area, starts in AREAS.items()
        if rule.startswith(starts)
    ]
    for week in weeks:
        end = ends[week]
        open_then = Counter(
            area for area, began, ended in known if began <= end and (not ended or ended > end)
        )
        yield Row(
            key=week.isoformat(),
            name=week_name(week),
            cells={
                area: Cell(open_then[area], url=_findings(scope, area, week + timedelta(days=6)))
                for area in AREAS
            },
        )


def _findings(scope: FlowScope, area: str, day: object) -> str:
    stream = f"&stream={scope.stream}" if scope.stream else ""
    return f"{reverse('findings')}?area={area}&on={day}{stream}"


def _failing_columns() -> tuple[Column, ...]:
    return (
        Column("part", _("Part"), "text"),
        Column("lacks", _("What is missing"), "text", _("The checks of the model that fail.")),
        Column("weight", _("Weight"), "number", _("Work of the last 90 days, at least 1.")),
    )


def _failing(one: Must) -> Row:
    words = ", ".join(f"{CODES[code].title} ({code})" for code in one.lacks)
    url = f"{reverse('findings')}?area={_area(one.lacks[0])}"
    return Row(
        key=f"{one.part}:{one.key}",
        name=one.name,
        cells={
            "part": Cell(part_names()[one.part]),
            "lacks": Cell(words, url=url),
            "weight": Cell(one.weight),
        },
        tone="warn",
    )


def _area(code: str) -> str:
    return next(area for area, starts in AREAS.items() if code.startswith(starts))


def _sentence(whole: Clear, rows: Sequence[Row]) -> str:
    if whole.index is None:
        return _("There is no model in force whose clarity could be told.")
    said = _(
        "Clarity is %(share)s: %(passed)d of %(checked)d elements have all they must have."
    ) % {
        "share": percent(whole.index),
        "passed": whole.passed,
        "checked": whole.checked,
    }
    shares = [(value, row) for row in rows if isinstance(value := row.cells["index"].value, float)]
    lowest, row = min(shares, key=lambda one: (one[0], one[1].key))
    if lowest >= 1:
        return said
    return f"{said} " + _("%(part)s are least clear, with %(share)s.") % {
        "part": row.name,
        "share": percent(lowest),
    }


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q17",
        slug="clarity",
        title=gettext_lazy("Is the model clear?"),
        short=gettext_lazy("Clarity"),
        group="strategy",
        answer=clarity_index,
        first_for=("steward",),
    ),
)
