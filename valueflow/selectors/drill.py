"""The list behind a figure: the same population by the same predicate, so its total is the figure.

Every figure that counts something names its list here. A new one is an entry of ``KINDS`` (rows of
requests, handoffs or visits) or of ``LISTS`` (whatever else), its predicates in ``drill_<topic>``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.errors import Invalid, NotFound
from valueflow.engine.figures import midnight
from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import (
    decided,
    drill_causes,
    drill_decisions,
    drill_flows,
    drill_people,
    drill_serving,
    drill_visits,
    felt,
    population,
    protected,
)
from valueflow.selectors.drill_lists import (
    HANDOFFS,
    PAGE,
    VISITS,
    Asked,
    Drill,
    Kind,
    Line,
    Protection,
    page_of,
)
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import FlowScope
from workflows.models import Pulse

__all__ = ["HANDOFFS", "KINDS", "LISTS", "PAGE", "Drill", "Kind", "Line", "drill", "extras"]


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


def _answered(scope: FlowScope) -> QuerySet[FactRequest]:
    """Finished, and whoever asked said how it felt; what they said is no part of the list."""
    return population.finished(scope).filter(request__in=Pulse.objects.values("request_id"))


def _keys(rows: QuerySet[FactRequest]) -> QuerySet[FactRequest, int]:
    return rows.order_by().values_list("pk", flat=True)


def _at_stage(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    """Those that needed a stage; all where none is named."""
    stage = extra.get("stage", "")
    if not stage:
        return rows
    return rows.filter(pk__in=FactVisit.objects.filter(stage=stage).values("fact_id"))


def _requests(title: object, rows: Callable[[FlowScope], QuerySet[FactRequest]]) -> Kind:
    return Kind(title, rows, extra=("stage",), narrow=_at_stage)


def _first_offers(scope: FlowScope) -> QuerySet[FactHandoff]:
    return population.handoffs(scope).filter(attempt=1)


def _between(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    columns = {"giver": "giver_department", "receiver": "receiver_department", "stage": "to_stage"}
    chosen = {column: extra[name] for name, column in columns.items() if extra.get(name)}
    return rows.filter(**chosen)


def _sent_back(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return rows.filter(sent_back=True) if extra.get("back") else rows


def _handoff_title(names: Names, extra: Mapping[str, str]) -> str:
    giver, receiver = extra.get("giver", ""), extra.get("receiver", "")
    if giver and receiver:
        return _("Handoffs from %(giver)s to %(receiver)s") % {
            "giver": names.side(giver).name,
            "receiver": names.side(receiver).name,
        }
    return _("Handoffs of finished requests")


def _of_step(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    columns = {"stage": "stage", "team": "team", "role": "role"}
    chosen = {c: extra[name] for name, c in columns.items() if extra.get(name)}
    return drill_visits.needing(rows.filter(**chosen), extra)


KINDS: dict[str, Kind] = {
    "finished": _requests(gettext_lazy("Finished requests"), population.finished),
    "crossing": _requests(gettext_lazy("Finished across departments"), population.crossing),
    "sent": _requests(gettext_lazy("Requests sent"), population.sent),
    "in-flight": _requests(gettext_lazy("Requests in flight"), population.in_flight),
    "late": _requests(gettext_lazy("Requests in flight and late"), population.late),
    "promise": _requests(gettext_lazy("Requests whose promise fell due"), _with_promise),
    "missed": _requests(gettext_lazy("Promises missed"), _missed),
    drill_causes.WAITED: drill_causes.KIND,
    **drill_serving.KINDS,
    # Who answered is for those who see all.
    "answered": Kind(
        gettext_lazy("Finished requests with an answer"),
        _answered,
        guarded=True,
        protect=Protection(felt.guarded, lambda _extra: protected.NEVER),
    ),
    HANDOFFS: Kind(
        _handoff_title,
        _first_offers,
        HANDOFFS,
        extra=("giver", "receiver", "stage", "back"),
        narrow=_between,
        part=_sent_back,
        protect=Protection(protected.handoffs, protected.row_of_offers),
    ),
    VISITS: Kind(
        gettext_lazy("Visits of steps"),
        drill_visits.visits,
        VISITS,
        extra=("stage", "team", "role", "skill"),
        narrow=_of_step,
        guarded=True,
    ),
    **drill_flows.KINDS,
    **drill_people.KINDS,
}

# Lists whose rows are nothing of a request's facts: a function makes the page of them.
LISTS: dict[str, tuple[Callable[[Asked], Drill], tuple[str, ...]]] = {
    f"{drill_decisions.PREFIX}{figure}": (drill_decisions.decisions, ("type", "level"))
    for figure in decided.FIGURES
}
# Every list may be cut down to a week.
ALWAYS = ("week",)


def extras(figure: str) -> tuple[str, ...]:
    """What a list of this figure can be narrowed by, as parameters of its address."""
    if figure in LISTS:
        return ALWAYS + LISTS[figure][1]
    return ALWAYS + (KINDS[figure].extra if figure in KINDS else ())


def drill(
    scope: FlowScope, user: User, names: Names, figure: str, extra: dict[str, str], after: str = ""
) -> Drill:
    """One page behind a figure; ``after`` is the key the former page ended with.

    ``extra`` may hold ``week`` (its Monday) and what ``extras`` names. Raises NotFound for a figure
    that does not exist.
    """
    asked = Asked(_in_week(scope, extra.get("week", "")), user, names, figure, extra, after)
    if figure in LISTS:
        return LISTS[figure][0](asked)
    if figure not in KINDS:
        raise NotFound(_("There is no such figure."))
    return page_of(KINDS[figure], asked)


def _in_week(scope: FlowScope, monday: str) -> FlowScope:
    if not monday:
        return scope
    try:
        start = midnight(date.fromisoformat(monday), scope.zone)
        end = midnight(date.fromisoformat(monday) + timedelta(days=7), scope.zone)
    except (ValueError, OverflowError) as wrong:
        raise Invalid(_("A week is named by its Monday."), {"week": []}) from wrong
    return replace(scope, start=start, end=end, period="custom")
