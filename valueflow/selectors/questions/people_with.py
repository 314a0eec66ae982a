"""Whether people are with us: Q19."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esm.accounts.models import User
from esm.common.ui.amounts import number
from governance.models import ModelVersion, Objection
from governance.selectors.adoption import STAGES, Adoption, Group, funnels
from governance.selectors.people import facts_for
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.statistics import median
from valueflow.selectors import flow
from valueflow.selectors.scope import FlowScope

YEAR = timedelta(days=365)
DAY_S = 86_400
NAMES = {
    "told": (gettext_lazy("Told"), gettext_lazy("Somebody or something told them.")),
    "seen": (gettext_lazy("Opened"), gettext_lazy("They opened what changes for them.")),
    "acknowledged": (gettext_lazy("Read"), gettext_lazy("They said that they read it.")),
    "trained": (gettext_lazy("Trained"), gettext_lazy("No training is open for them.")),
    "using": (gettext_lazy("Using it"), gettext_lazy("They did a step or decided under it.")),
}


@dataclass(slots=True)
class _Objections:
    """Of one version: how many there were, are open, were worked in, and how long they took."""

    n: int = 0
    open: int = 0
    resolved: int = 0
    days: list[float] = field(default_factory=list)


def with_us(scope: FlowScope, user: User) -> Answer:
    """Q19: the funnel of every version of the last year, objections beside it. Ten queries."""
    if not facts_for(user).sees_all_departments:
        return _answer(
            scope, _("Only stewards, auditors and executives see how a change is taken up."), ()
        )
    versions = _versions(scope)
    if not versions:
        return _answer(scope, _("No version came into force within a year."), ())
    found = funnels(user, versions)
    objections = _objections(versions)
    first = _versions_table(found, objections)
    return _answer(
        scope,
        _sentence(found[0], objections),
        (first, _departments_table(found[0])),
        found[0].all.of,
    )


def _answer(scope: FlowScope, sentence: str, tables: tuple[Table, ...], n: int = 0) -> Answer:
    return Answer(
        sentence=sentence,
        n=n,
        unit="people",
        population=_(
            "People who were asked to read a version that came into force within a year; the "
            "number is of the last one. The period of the page is not used."
        ),
        calendar=_("Calendar days."),
        tables=tables or (Table(_("Versions"), (), ()),),
        marks=flow.marks(scope),
        notes=(
            _("A department of fewer than five people is told together with others."),
            _("Whoever was asked before a version changed again is asked anew."),
        ),
    )


def _versions(scope: FlowScope) -> list[ModelVersion]:
    """Those of the year before the moment looked at, the last one first."""
    since = Coalesce("effective_from", "published_at")
    rows = ModelVersion.objects.filter(state__in=["published", "retired"]).annotate(since=since)
    rows = rows.filter(since__gt=scope.at - YEAR, since__lte=scope.at)
    if scope.version:
        rows = rows.filter(code=scope.version)
    return list(rows.order_by("-number"))


def _objections(versions: Sequence[ModelVersion]) -> Mapping[int, _Objections]:
    found: dict[int, _Objections] = defaultdict(_Objections)
    rows = Objection.objects.filter(version__in=versions).order_by()
    for version, state, raised, settled in rows.values_list(
        "version_id", "state", "raised_at", "settled_at"
    ):
        one = found[version]
        one.n += 1
        one.open += state in Objection.OPEN
        one.resolved += state == Objection.State.RESOLVED
        if settled is not None:
            one.days.append((settled - raised).total_seconds() / DAY_S)
    return found


def _stage_columns() -> tuple[Column, ...]:
    return tuple(
        Column(stage, str(NAMES[stage][0]), "count", str(NAMES[stage][1])) for stage in STAGES
    )


def _stage_cells(group: Group, url: str) -> dict[str, Cell]:
    cells = {share.stage: Cell(share.n, url=url) for share in group.shares}
    return {"asked": Cell(group.of, url=url), **cells, "late": Cell(group.late, url=url)}


def _versions_table(found: Sequence[Adoption], objections: Mapping[int, _Objections]) -> Table:
    rows = []
    for one in found:
        code = one.version.code
        told = objections.get(one.version.pk, _Objections())
        page = reverse("model-version", args=[code])
        cells = _stage_cells(one.all, reverse("model-adoption", args=[code])) | {
            "objections": Cell(told.n, url=page),
            "open": Cell(told.open, url=page),
            "resolved": Cell(told.resolved, url=page),
            "days": Cell(median(told.days)),
        }
        rows.append(Row(code, code, cells, "warn" if told.open or one.all.late else ""))
    return Table(
        title=_("Versions of the last year"),
        columns=(
            Column("asked", _("Asked"), "count", _("People it changes something for.")),
            *_stage_columns(),
            Column("late", _("Overdue"), "count", _("They have not read it by its day.")),
            Column("objections", _("Objections"), "count", _("Raised against it.")),
            Column("open", _("Open"), "count", _("Not settled yet.")),
            Column("resolved", _("Worked in"), "count", _("The version was changed for them.")),
            Column("days", _("Days to settle"), "number", _("Median of those settled, in days.")),
        ),
        rows=tuple(rows),
        chart=Chart("funnel", value="asked", series=("asked", *STAGES)),
    )


def _departments_table(one: Adoption) -> Table:
    url = reverse("model-adoption", args=[one.version.code])
    return Table(
        title=_("%(version)s by department") % {"version": one.version.code},
        columns=(
            Column("asked", _("Asked"), "count", _("People it changes something for.")),
            *_stage_columns(),
            Column("late", _("Overdue"), "count", _("They have not read it by its day.")),
        ),
        rows=tuple(
            Row(
                group.key,
                group.department.name if group.department else _("Other departments"),
                _stage_cells(group, url),
                "warn" if group.late else "",
            )
            for group in one.groups
        ),
        chart=Chart("bars", value="using"),
    )


def _sentence(one: Adoption, objections: Mapping[int, _Objections]) -> str:
    code, counts = one.version.code, {share.stage: share.n for share in one.all.shares}
    if not one.all.of:
        said = _("%(version)s changed nothing for anybody.") % {"version": code}
    else:
        said = ngettext(
            "%(version)s changed something for one person: %(seen)s opened it, %(read)s read it "
            "and %(using)s work by it.",
            "%(version)s changed something for %(of)s people: %(seen)s opened it, %(read)s read it "
            "and %(using)s work by it.",
            one.all.of,
        ) % {
            "version": code,
            "of": number(one.all.of),
            "seen": number(counts["seen"]),
            "read": number(counts["acknowledged"]),
            "using": number(counts["using"]),
        }
    told = objections.get(one.version.pk)
    if told is None:
        return f"{said} " + _("Nobody objected.")
    if told.open:
        return f"{said} " + ngettext(
            "One objection is open.", "%(n)s objections are open.", told.open
        ) % {"n": number(told.open)}
    return f"{said} " + ngettext(
        "The one objection was settled after %(days)s days.",
        "%(n)s objections were settled, half of them within %(days)s days.",
        told.n,
    ) % {"n": number(told.n), "days": number(median(told.days) or 0, 1)}
