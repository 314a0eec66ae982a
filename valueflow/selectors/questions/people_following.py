"""Whether people follow the model: Q18."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.ui.amounts import number
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.conformance import KINDS, conformance
from valueflow.engine.figures import monday, times, whole_weeks
from valueflow.engine.statistics import median, ratio
from valueflow.engine.summary import FEW
from valueflow.models import FactVisit
from valueflow.selectors import flow, following, population
from valueflow.selectors.following import Way
from valueflow.selectors.lint_ways import stage_of
from valueflow.selectors.questions.flows_pool import week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent
from workflows.models import OffModelWork

SHOWN = 20
NAMES = {
    "skipped": gettext_lazy("Skipped"),
    "out_of_order": gettext_lazy("Out of order"),
    "repeated": gettext_lazy("Repeated"),
    "unknown": gettext_lazy("Not in the model"),
    "wrong_department": gettext_lazy("Done by another department"),
    "wrong_team": gettext_lazy("Done by another team"),
    "wrong_role": gettext_lazy("Done without the role"),
    "incomplete": gettext_lazy("Handed over without what was agreed"),
}
SAYS = {
    "skipped": gettext_lazy("A step that nobody gets round was not done."),
    "out_of_order": gettext_lazy("A step came after one that does not lead to it."),
    "repeated": gettext_lazy("A step was done again though nobody sent it back."),
    "unknown": gettext_lazy("A step that the workflow does not have."),
    "wrong_department": gettext_lazy("Another department did it than the one that is named."),
    "wrong_team": gettext_lazy("Another team of the same department did it."),
    "wrong_role": gettext_lazy("Who did it held none of the roles that are named for it."),
    "incomplete": gettext_lazy("Its agreement says what must be there, and it was not."),
}


@dataclass(frozen=True, slots=True)
class Outside:
    """Work logged outside the model in a week, beside the minutes worked inside it."""

    pieces: int
    outside_s: int
    inside_s: int

    @property
    def share(self) -> float | None:
        """Of all minutes those outside."""
        return ratio(self.outside_s, self.outside_s + self.inside_s)


def follow(scope: FlowScope, user: User) -> Answer:
    """Q18: conformance, work outside the model, ways and deviations. Eight queries."""
    found = following.ways(population.finished(scope))
    weeks = whole_weeks(scope.start, scope.at, scope.zone)
    outside = _outside(scope) if _known_outside(scope) else None
    first = _weeks_table(scope, found, weeks, outside)
    return Answer(
        sentence=_sentence(scope, found, weeks, outside),
        n=len(found),
        unit="requests",
        population=_("Requests fulfilled in the period, each by the workflow it was sent under"),
        calendar=_("Weeks of the organisation; lead times in working time of each service."),
        tables=(first, _variants_table(scope, found), _kinds_table(found)),
        marks=flow.marks(scope),
        notes=_notes(outside),
    )


def _known_outside(scope: FlowScope) -> bool:
    """Work outside the model belongs to a team, and to no stream, service or version."""
    return not (scope.stream or scope.service or scope.version)


def _outside(scope: FlowScope) -> dict[date, Outside]:
    """Minutes outside and inside by week; two queries."""
    start, end = scope.start.astimezone(scope.zone).date(), scope.end.astimezone(scope.zone).date()
    logged = OffModelWork.objects.filter(removed_at=None, day__gte=start, day__lte=end)
    visits = FactVisit.objects.filter(
        fact__confidential=False, outcome="done", ended_at__gte=scope.start, ended_at__lt=scope.end
    )
    if scope.department:
        logged = logged.filter(team__department__key=scope.department)
        visits = visits.filter(department=scope.department)
    weeks = logged.order_by().annotate(week=TruncWeek("day")).values_list("week")
    outside = {week: (n, s) for week, n, s in weeks.annotate(n=Count("pk"), s=Sum("seconds"))}
    ended = visits.order_by().annotate(week=TruncWeek("ended_at", tzinfo=scope.zone))
    inside = dict(ended.values_list("week").annotate(s=Sum("touch_s")))
    done: dict[date, int] = {
        (week.date() if isinstance(week, datetime) else week): s or 0 for week, s in inside.items()
    }
    return {
        week: Outside(*outside.get(week, (0, 0)), done.get(week, 0))
        for week in outside.keys() | done.keys()
    }


def _by_week(scope: FlowScope, found: Sequence[Way]) -> dict[date, list[Way]]:
    by: dict[date, list[Way]] = defaultdict(list)
    for way in found:
        by[monday(way.ended_at, scope.zone)].append(way)
    return by


def _weeks_table(
    scope: FlowScope,
    found: Sequence[Way],
    weeks: Sequence[date],
    outside: Mapping[date, Outside] | None,
) -> Table:
    by = _by_week(scope, found)
    return Table(
        title=_("Week by week"),
        columns=(
            Column("n", _("Finished"), "count", _("Requests fulfilled in the week.")),
            Column("conformance", _("Followed"), "share", _formula()),
            Column("deviating", _("With a deviation"), "count", _("Requests with any of them.")),
            Column(
                "outside",
                _("Outside the model"),
                "share",
                _("Minutes logged outside ÷ (those + minutes worked on steps that ended)."),
            ),
        ),
        rows=tuple(_week_row(week, by[week], outside) for week in weeks),
        chart=Chart("line", value="conformance", series=("conformance", "outside")),
    )


def _formula() -> str:
    return _(
        "1 − (pairs of steps that the model does not allow + steps that nobody gets round and that "
        "lack) ÷ (pairs + steps that nobody gets round)."
    )


def _week_row(week: date, found: Sequence[Way], outside: Mapping[date, Outside] | None) -> Row:
    key = week.isoformat()
    logged = outside.get(week, Outside(0, 0, 0)) if outside is not None else None
    few = len(found) < FEW
    hidden_outside = logged is not None and 0 < logged.pieces < FEW
    return Row(
        key,
        week_name(week),
        {
            "n": Cell(len(found), "finished", {"week": key}),
            "conformance": Cell(None, hidden=True)
            if few and found
            else Cell(conformance(way.fit for way in found)),
            "deviating": Cell(sum(bool(w.deviations) for w in found), "deviating", {"week": key}),
            "outside": Cell(None, hidden=True)
            if hidden_outside
            else Cell(logged.share if logged else None),
        },
    )


def _variants_table(scope: FlowScope, found: Sequence[Way]) -> Table:
    """Ways by how many took them; beyond twenty they are one row."""
    groups: dict[str, list[Way]] = defaultdict(list)
    for way in found:
        groups[way.variant].append(way)
    ordered = sorted(groups.values(), key=lambda rows: (-len(rows), rows[0].variant))
    rows: list[Row] = []
    covered = 0
    for each in ordered[:SHOWN]:
        covered += len(each)
        rows.append(_variant_row(each, len(found), covered))
    rest = [way for each in ordered[SHOWN:] for way in each]
    if rest:
        rows.append(_rest_row(rest, len(found), len(ordered) - SHOWN))
    undeclared = sum(not each[0].declared for each in ordered)
    return Table(
        title=_("Ways that were gone"),
        columns=(
            Column("n", _("Requests"), "count", _("Finished requests that went this way.")),
            Column("share", _("Share"), "share", _("Of all finished.")),
            Column("coverage", _("Together"), "share", _("With all above.")),
            Column("declared", _("Declared"), "text", _("Whether the definition allows it.")),
            Column("p50", _("Half within"), "duration", _("Median lead time.")),
        ),
        rows=tuple(rows),
        chart=Chart("bars", value="n"),
        sentence=_("%(ways)s ways were gone, %(undeclared)s of them not declared.")
        % {"ways": number(len(ordered)), "undeclared": number(undeclared)}
        if found
        else "",
    )


def _variant_row(found: Sequence[Way], whole: int, covered: int) -> Row:
    way = found[0]
    declared = all(one.declared for one in found)
    return Row(
        way.variant,
        following.path_text(way) or _("No step was done"),
        {
            "n": Cell(len(found), "variant", {"variant": way.variant}),
            "share": Cell(len(found) / whole),
            "coverage": Cell(covered / whole),
            "declared": Cell(_("yes") if declared else _("no")),
            "p50": Cell(None, hidden=True)
            if len(found) < FEW
            else Cell(times([one.lead for one in found], median)),
        },
        "" if declared else "warn",
    )


def _rest_row(found: Sequence[Way], whole: int, n: int) -> Row:
    return Row(
        "rest",
        _("%(n)s other ways") % {"n": number(n)},
        {
            "n": Cell(len(found)),
            "share": Cell(len(found) / whole),
            "coverage": Cell(1.0),
            "declared": Cell(""),
            "p50": Cell(None),
        },
    )


def _kinds_table(found: Sequence[Way]) -> Table:
    """Deviations by kind, and where each is most frequent."""
    rows = []
    for kind in KINDS:
        places = Counter(
            stage_of(way.pinned, one.stage)[0]
            for way in found
            for one in way.deviations
            if one.kind == kind
        )
        requests = sum(any(one.kind == kind for one in way.deviations) for way in found)
        most = min(places, key=lambda name: (-places[name], name), default="")
        cells = {
            "n": Cell(places.total()),
            "requests": Cell(requests, "deviating", {"kind": kind}),
            "most": Cell(most),
            "says": Cell(str(SAYS[kind])),
        }
        rows.append(Row(kind, str(NAMES[kind]), cells, "warn" if requests else ""))
    rows.sort(key=lambda row: -int(str(row.cells["n"].value)))
    return Table(
        title=_("What was otherwise"),
        columns=(
            Column("n", _("Deviations"), "count", _("How often.")),
            Column("requests", _("Requests"), "count", _("Finished requests with at least one.")),
            Column("most", _("Most at"), "text", _("The step where it is most frequent.")),
            Column("says", _("What it is"), "text"),
        ),
        rows=tuple(rows),
        chart=Chart("pareto", value="n"),
    )


def _sentence(
    scope: FlowScope,
    found: Sequence[Way],
    weeks: Sequence[date],
    outside: Mapping[date, Outside] | None,
) -> str:
    """Over the weeks that are shown, so that nothing hidden can be worked out of it."""
    by = _by_week(scope, found)
    shown = [way for week in weeks if len(by[week]) >= FEW for way in by[week]]
    if not found:
        return _("Nothing was finished in this period.")
    figure = conformance(way.fit for way in shown)
    if figure is None:
        return _("Fewer than five requests were finished in every week: too few to say.")
    values = {
        "share": percent(figure),
        "n": number(len(shown)),
        "undeclared": number(sum(not way.declared for way in shown)),
    }
    said = _(
        "%(share)s of the steps of %(n)s requests followed the model; %(undeclared)s requests went "
        "a way that it does not have."
    )
    text = said % values
    logged = [outside[week] for week in weeks if outside and week in outside]
    logged = [one for one in logged if not 0 < one.pieces < FEW]
    whole = sum(one.outside_s + one.inside_s for one in logged)
    if not whole:
        return text
    share = percent(sum(one.outside_s for one in logged) / whole)
    return f"{text} " + _("%(share)s of the minutes were logged outside the model.") % {
        "share": share
    }


def _notes(outside: Mapping[date, Outside] | None) -> tuple[str, ...]:
    found = [
        _(
            "Sending back and reopening are part of what was agreed; branches side by side may be "
            "done in any order. Who did it and what was handed over are counted beside the figure."
        )
    ]
    if outside is None:
        found.append(
            _("Work outside the model belongs to teams, not to streams, services or versions.")
        )
    return tuple(found)
