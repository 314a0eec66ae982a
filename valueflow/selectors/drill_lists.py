"""What lists behind figures are made of: their rows, and a page of each kind of row.

A kind is a population (the predicate that the figure counts) and what its rows are. Rows are
envelopes (number, service, stage, team, times); the title only where the viewer may see the
content. Pages are cut by key, totals are exact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from valueflow.engine.summary import FEW, NO_TIME, Times
from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import population
from valueflow.selectors.naming import Names
from valueflow.selectors.protected import Protected, Row, unseen
from valueflow.selectors.scope import FlowScope
from workflows.selectors import envelopes
from workflows.selectors.requests import visible_to

PAGE = 50
REQUESTS, HANDOFFS, VISITS, DECISIONS = "requests", "handoffs", "visits", "decisions"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: a request, or one handoff, visit or decision of it."""

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
    rework: bool = False


@dataclass(frozen=True, slots=True)
class Drill:
    """One page of the list behind a figure. ``total`` counts all rows, not those shown.

    ``readable`` counts those listed where only what the viewer may read is; ``note`` says of what
    stretch a list of protected facts is.
    """

    figure: str
    title: str
    unit: str
    total: int
    lines: tuple[Line, ...]
    after: str
    extra: dict[str, str] = field(default_factory=dict)
    readable: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a list: whose figure under which scope, narrowed by ``extra``."""

    scope: FlowScope
    user: User
    names: Names
    figure: str
    extra: dict[str, str]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A population that figures link to; ``unit`` is what its rows are.

    ``narrow`` cuts it down to a group that ``extra`` names, ``part`` to those of the group that a
    figure beside it counts. With ``guarded`` a group of fewer than five is not listed, whatever
    part of it is asked for. ``title`` may be told from names and ``extra``.
    """

    title: object | Callable[[Names, Mapping[str, str]], str]
    rows: Callable[[FlowScope], QuerySet[Any]]
    unit: str = REQUESTS
    extra: tuple[str, ...] = ()
    narrow: Callable[[QuerySet[Any], Mapping[str, str]], QuerySet[Any]] | None = None
    part: Callable[[QuerySet[Any], Mapping[str, str]], QuerySet[Any]] | None = None
    guarded: bool = False
    protect: "Protection | None" = None


@dataclass(frozen=True, slots=True)
class Protection:
    """Facts that are in no envelope: who may see what of them, and which group ``extra`` names."""

    guard: Callable[[FlowScope, User], Protected]
    row: Callable[[Mapping[str, str]], Row]


def page_of(kind: Kind, asked: Asked) -> Drill:
    """One page of a kind; two or three queries more than its rows need for names."""
    guard = _guard(kind, asked)
    rows = kind.rows(guard.scope)
    if kind.narrow:
        rows = kind.narrow(rows, asked.extra)
    if kind.guarded and not kind.protect:
        not_too_few(rows, asked.user)
    if kind.part:
        rows = kind.part(rows, asked.extra)
    listed = rows if guard.exact else rows.exclude(unseen(asked.user, _request_column(rows)))
    cut = listed
    if asked.after.isdigit() and len(asked.after) < 19:
        cut = listed.filter(pk__lt=int(asked.after))
    found = cut if kind.unit == REQUESTS else cut.select_related("fact")
    page = list(found.order_by("-pk")[: PAGE + 1])
    sight = sight_of(asked.user, [_request_id(row) for row in page[:PAGE]])
    draw = LINES[kind.unit]
    title = kind.title
    return Drill(
        figure=asked.figure,
        title=str(title(asked.names, asked.extra) if callable(title) else title),
        unit=kind.unit,
        total=rows.count(),
        lines=tuple(draw(row, sight, asked.names) for row in page[:PAGE]),
        after=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
        extra=asked.extra,
        readable=None if guard.exact else listed.count(),
        note=guard.note,
    )


def _guard(kind: Kind, asked: Asked) -> Protected:
    """What may be listed. Raises NotFound for a group that may not be told of."""
    if kind.protect is None:
        return Protected(asked.scope)
    guard = kind.protect.guard(asked.scope, asked.user)
    if not guard.shows(*kind.protect.row(asked.extra)):
        raise NotFound(guard.refusal or _("These are too few to show."))
    return guard


def _request_column(rows: QuerySet[Any]) -> str:
    return "pk" if rows.model is FactRequest else "fact_id"


def _request_id(row: Any) -> int:
    return int(row.pk if isinstance(row, FactRequest) else row.fact_id)


def not_too_few(rows: QuerySet[Any], user: User) -> None:
    """A list shows no group that the figure hides. Raises NotFound."""
    column = _request_column(rows)
    few = list(rows.order_by().values_list(column, flat=True)[:FEW])
    if 0 < len(few) < FEW and not set(few) <= population.may_list(user, set(few)):
        raise NotFound(_("These are too few to show."))


@dataclass(frozen=True, slots=True)
class Sight:
    """Titles of those whose content the viewer may see, and those they may open."""

    titles: dict[int, str]
    opens: set[int]


def sight_of(user: User, ids: list[int]) -> Sight:
    """What somebody may see of requests; one or two queries."""
    titles = dict(visible_to(user).filter(pk__in=ids).values_list("pk", "title"))
    others = set(ids) - set(titles)
    owned = envelopes.visible_to(user).filter(pk__in=others) if others else None
    more = set(owned.values_list("pk", flat=True)) if owned is not None else set()
    return Sight(titles, set(titles) | more)


def request_line(fact: FactRequest, sight: Sight, names: Names) -> Line:
    """A request as a row."""
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


def handoff_line(row: FactHandoff, sight: Sight, names: Names) -> Line:
    """An offer as a row."""
    line = request_line(row.fact, sight, names)
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


def visit_line(row: FactVisit, sight: Sight, names: Names) -> Line:
    """A visit of a step as a row; the wait is how long it stayed."""
    line = request_line(row.fact, sight, names)
    return replace(
        line,
        stage=names.stage(row.fact.stream, row.stage),
        team=names.teams.get(row.team, row.team),
        sent_at=row.entered_at,
        ended_at=row.ended_at,
        lead=Times(row.stay_cal_s, row.stay_bus_s) if row.ended_at else NO_TIME,
        rework=row.rework,
    )


LINES: dict[str, Callable[[Any, Sight, Names], Line]] = {
    REQUESTS: request_line,
    HANDOFFS: handoff_line,
    VISITS: visit_line,
}
