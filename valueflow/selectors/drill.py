"""The list behind a figure: the same population by the same predicate, so its total is the figure.

Rows are envelopes (number, service, stage, team, times); the title only where the viewer may see
the content. Pages are cut by key, totals are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.errors import Invalid, NotFound
from valueflow.engine.figures import midnight
from valueflow.engine.summary import FEW, Times
from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import drill_people, population
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import FlowScope
from workflows.selectors import envelopes
from workflows.selectors.requests import visible_to

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: a request, or one handoff of it."""

    ref: str
    url: str
    title: str
    service: str
    stage: str
    team: str
    sent_at: datetime
    ended_at: datetime | None
    outcome: str
    promise: str
    lead: Times
    day_s: int
    version: str = ""
    handoff: str = ""
    wait: Times | None = None
    sent_back: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drill:
    """One page of the list behind a figure. ``total`` counts all rows, not those shown."""

    figure: str
    title: str
    unit: str
    total: int
    lines: tuple[Line, ...]
    after: str
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A population that figures link to."""

    title: object
    rows: Callable[[FlowScope], QuerySet[FactRequest]]


def _with_promise(scope: FlowScope) -> QuerySet[FactRequest]:
    done = population.finished(scope).filter(promise__in=["met", "missed"])
    return FactRequest.objects.filter(
        Q(pk__in=_keys(done)) | Q(pk__in=_keys(population.late(scope)))
    )


def _missed(scope: FlowScope) -> QuerySet[FactRequest]:
    done = population.finished(scope).filter(promise="missed")
    return FactRequest.objects.filter(
        Q(pk__in=_keys(done)) | Q(pk__in=_keys(population.late(scope)))
    )


def _keys(rows: QuerySet[FactRequest]) -> QuerySet[FactRequest, int]:
    return rows.order_by().values_list("pk", flat=True)


KINDS: dict[str, Kind] = {
    "finished": Kind(gettext_lazy("Finished requests"), population.finished),
    "crossing": Kind(gettext_lazy("Finished across departments"), population.crossing),
    "sent": Kind(gettext_lazy("Requests sent"), population.sent),
    "in-flight": Kind(gettext_lazy("Requests in flight"), population.in_flight),
    "late": Kind(gettext_lazy("Requests in flight and late"), population.late),
    "promise": Kind(gettext_lazy("Requests whose promise fell due"), _with_promise),
    "missed": Kind(gettext_lazy("Promises missed"), _missed),
    **{key: Kind(title, rows) for key, (title, rows) in drill_people.LISTS.items()},
}
HANDOFFS = "handoffs"


def drill(
    scope: FlowScope, user: User, names: Names, figure: str, extra: dict[str, str], after: str = ""
) -> Drill:
    """One page behind a figure; ``after`` is the key the former page ended with.

    ``extra`` may hold ``week`` (its Monday), ``stage`` (requests that were there, handoffs that led
    there) and, for handoffs, ``giver``, ``receiver`` and ``back`` (only those sent back). Raises
    NotFound for a figure that does not exist.
    """
    scope = _in_week(scope, extra.get("week", ""))
    if figure == HANDOFFS:
        return _handoffs(scope, user, names, extra, after)
    kind = KINDS.get(figure)
    if kind is None:
        raise NotFound(_("There is no such figure."))
    rows = _at_stage(kind.rows(scope), extra.get("stage", ""))
    page = list(_after(rows, after).order_by("-pk")[: PAGE + 1])
    return Drill(
        figure=figure,
        title=str(kind.title),
        unit="requests",
        total=rows.count(),
        lines=tuple(_lines(page[:PAGE], user, names)),
        after=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
        extra=extra,
    )


def _after(rows: QuerySet[FactRequest], after: str) -> QuerySet[FactRequest]:
    return rows.filter(pk__lt=int(after)) if after.isdigit() else rows


def _at_stage(rows: QuerySet[FactRequest], stage: str) -> QuerySet[FactRequest]:
    """Those that needed a stage; all where none is named."""
    if not stage:
        return rows
    return rows.filter(pk__in=FactVisit.objects.filter(stage=stage).values("fact_id"))


def _in_week(scope: FlowScope, monday: str) -> FlowScope:
    if not monday:
        return scope
    try:
        start = midnight(date.fromisoformat(monday), scope.zone)
        end = midnight(date.fromisoformat(monday) + timedelta(days=7), scope.zone)
    except (ValueError, OverflowError) as wrong:
        raise Invalid(_("A week is named by its Monday."), {"week": []}) from wrong
    return replace(scope, start=start, end=end, period="custom")


def _lines(facts: list[FactRequest], user: User, names: Names) -> list[Line]:
    sight = _sight(user, [fact.pk for fact in facts])
    return [_line(fact, sight, names) for fact in facts]


@dataclass(frozen=True, slots=True)
class Sight:
    """Titles of those whose content the viewer may see, and those they may open."""

    titles: dict[int, str]
    opens: set[int]


def _sight(user: User, ids: list[int]) -> Sight:
    titles = dict(visible_to(user).filter(pk__in=ids).values_list("pk", "title"))
    others = set(ids) - set(titles)
    owned = envelopes.visible_to(user).filter(pk__in=others) if others else None
    more = set(owned.values_list("pk", flat=True)) if owned is not None else set()
    return Sight(titles, set(titles) | more)


def _line(fact: FactRequest, sight: Sight, names: Names) -> Line:
    ref = f"R-{fact.number}"
    return Line(
        ref=ref,
        url=f"/requests/{ref}/" if fact.pk in sight.opens else "",
        title=sight.titles.get(fact.pk, ""),
        service=names.services.get(fact.service, fact.service),
        stage=names.stage(fact.stream, fact.stage) if fact.stage else "",
        team=names.teams.get(fact.team, fact.team),
        sent_at=fact.submitted_at,
        ended_at=fact.ended_at,
        outcome=fact.outcome,
        promise=fact.promise,
        lead=Times(fact.lead_cal_s, fact.lead_bus_s),
        day_s=fact.day_s,
        version=fact.version,
    )


def _handoffs(
    scope: FlowScope, user: User, names: Names, extra: dict[str, str], after: str
) -> Drill:
    rows = population.handoffs(scope).filter(attempt=1)
    giver, receiver = extra.get("giver", ""), extra.get("receiver", "")
    if giver:
        rows = rows.filter(giver_department=giver)
    if receiver:
        rows = rows.filter(receiver_department=receiver)
    if extra.get("stage"):
        rows = rows.filter(to_stage=extra["stage"])
    _not_too_few(rows, user)
    if extra.get("back"):
        rows = rows.filter(sent_back=True)
    cut = rows.filter(pk__lt=int(after)) if after.isdigit() else rows
    page = list(cut.select_related("fact").order_by("-pk")[: PAGE + 1])
    sight = _sight(user, [row.fact_id for row in page])
    return Drill(
        figure=HANDOFFS,
        title=_handoff_title(names, giver, receiver),
        unit="handoffs",
        total=rows.count(),
        lines=tuple(_handoff_line(row, sight, names) for row in page[:PAGE]),
        after=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
        extra=extra,
    )


def _not_too_few(rows: QuerySet[FactHandoff], user: User) -> None:
    """A list shows no group that the figure hides."""
    few = list(rows.order_by().values_list("fact_id", flat=True)[:FEW])
    if 0 < len(few) < FEW and not set(few) <= population.may_list(user, set(few)):
        raise NotFound(_("These are too few to show."))


def _handoff_title(names: Names, giver: str, receiver: str) -> str:
    if giver and receiver:
        return _("Handoffs from %(giver)s to %(receiver)s") % {
            "giver": names.side(giver).name,
            "receiver": names.side(receiver).name,
        }
    return _("Handoffs of finished requests")


def _handoff_line(row: FactHandoff, sight: Sight, names: Names) -> Line:
    line = _line(row.fact, sight, names)
    stream = row.fact.stream
    return replace(
        line,
        stage=names.stage(stream, row.to_stage),
        team=names.teams.get(row.receiver_team, row.receiver_team),
        handoff=names.stage(stream, row.from_stage),
        sent_at=row.offered_at,
        wait=Times(row.wait_cal_s, row.wait_bus_s),
        sent_back=row.sent_back,
        reason=names.reason(row.agreement, row.reason) if row.reason else "",
        day_s=row.day_s,
    )
