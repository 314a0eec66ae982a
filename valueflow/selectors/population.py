"""Which requests a figure is made of. One predicate per population, for figures and lists alike.

Confidential requests are in none of them. *Finished* are those fulfilled in the period, *sent*
those submitted in it; *in flight* are those sent before the moment looked at and not ended by it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from esm.accounts.models import User
from valueflow.engine.attribution import whole_seconds
from valueflow.engine.groups import LATE, is_late
from valueflow.engine.summary import CaseRow, HandoffRow, OpenRow, SpanSum, Times
from valueflow.models import FactHandoff, FactRequest, FactSpan
from valueflow.selectors.scope import FlowScope
from workflows.calendars import BusinessCalendar
from workflows.selectors.calendars import calendar_for
from workflows.selectors.requests import checked_for

COLUMNS = (
    "request_id",
    "number",
    "stream",
    "service",
    "version",
    "submitted_at",
    "ended_at",
    "outcome",
    "day_s",
    "promise",
    "promise_s",
    "promise_due_at",
    "lead_cal_s",
    "lead_bus_s",
    "touch_s",
    "touch_estimated_s",
    "first_pass",
    "returns",
    "calendar",
    "request__version_id",
    "departments",
)


def general() -> QuerySet[FactRequest]:
    """All requests that general figures may speak of."""
    return FactRequest.objects.filter(confidential=False)


def within(scope: FlowScope) -> QuerySet[FactRequest]:
    """General requests under the scope's filters, of any time."""
    rows = general()
    for name in ("stream", "service", "version"):
        if getattr(scope, name):
            rows = rows.filter(**{name: getattr(scope, name)})
    if scope.department:
        rows = rows.filter(departments__contains=[scope.department])
    return rows


def finished(scope: FlowScope) -> QuerySet[FactRequest]:
    """Fulfilled in the period."""
    return within(scope).filter(
        outcome="fulfilled", fulfilled_at__gte=scope.start, fulfilled_at__lt=scope.end
    )


def crossing(scope: FlowScope) -> QuerySet[FactRequest]:
    """Fulfilled in the period, after at least two departments had them."""
    return finished(scope).filter(departments__len__gte=2)


def sent(scope: FlowScope) -> QuerySet[FactRequest]:
    """Submitted in the period."""
    return within(scope).filter(submitted_at__gte=scope.start, submitted_at__lt=scope.end)


def in_flight(scope: FlowScope) -> QuerySet[FactRequest]:
    """Sent before the moment looked at and not ended by it."""
    return within(scope).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=scope.at), submitted_at__lt=scope.at
    )


def late(scope: FlowScope) -> QuerySet[FactRequest]:
    """In flight with a promise already broken: the same rule as ``figures.is_late``."""
    return in_flight(scope).filter(promise__in=LATE, promise_due_at__lt=scope.at)


def handoffs(scope: FlowScope) -> QuerySet[FactHandoff]:
    """Offers within the finished."""
    return FactHandoff.objects.filter(fact__in=finished(scope).order_by())


def cases(scope: FlowScope, at_most: int | None = None) -> list[CaseRow]:
    """Every request that lived in the period, with what its figures need; one query."""
    rows = within(scope).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=scope.start), submitted_at__lt=scope.end
    )
    return case_rows(rows.order_by("pk")[:at_most])


def case_rows(rows: QuerySet[FactRequest]) -> list[CaseRow]:
    """Requests as figures count them; one query."""
    return [_case(row) for row in rows.values_list(*COLUMNS)]


def case_rows_with(
    rows: QuerySet[FactRequest], *columns: str
) -> list[tuple[CaseRow, tuple[Any, ...]]]:
    """The same with some columns more of each; one query."""
    found = rows.values_list(*COLUMNS, *columns)
    return [(_case(row[: len(COLUMNS)]), tuple(row[len(COLUMNS) :])) for row in found]


def _case(row: Sequence[Any]) -> CaseRow:
    named = dict(zip(COLUMNS, row, strict=True))
    return CaseRow(
        id=named["request_id"],
        number=f"R-{named['number']}",
        stream=named["stream"],
        service=named["service"],
        version=named["version"],
        submitted_at=named["submitted_at"],
        ended_at=named["ended_at"],
        outcome=named["outcome"],
        day_s=named["day_s"],
        promise=named["promise"],
        promise_s=named["promise_s"],
        due_at=named["promise_due_at"],
        lead=Times(named["lead_cal_s"], named["lead_bus_s"]),
        touch_s=named["touch_s"],
        touch_estimated_s=named["touch_estimated_s"],
        first_pass=named["first_pass"],
        returns=named["returns"],
        calendar=named["calendar"],
        model_id=named["request__version_id"],
        departments=tuple(named["departments"]),
    )


def finished_cases(scope: FlowScope) -> list[CaseRow]:
    """The finished of a scope, for a period other than the page's own; one query."""
    return case_rows(finished(scope).order_by("pk"))


def handoff_rows(scope: FlowScope) -> list[HandoffRow]:
    """Offers of the finished; one query."""
    return offer_rows(handoffs(scope))


def offer_rows(offers: QuerySet[FactHandoff]) -> list[HandoffRow]:
    """Offers as figures count them; one query."""
    rows = offers.order_by("fact_id", "number").values_list(
        "fact_id",
        "giver_department",
        "receiver_department",
        "attempt",
        "outcome",
        "sent_back",
        "wait_cal_s",
        "wait_bus_s",
        "lost_cal_s",
        "lost_bus_s",
        "day_s",
        "reason",
        "agreement",
        "met",
        "to_stage",
    )
    return [
        HandoffRow(
            case=row[0],
            giver=row[1],
            receiver=row[2],
            attempt=row[3],
            outcome=row[4],
            sent_back=row[5],
            wait=Times(row[6], row[7]),
            lost=Times(row[8], row[9]),
            day_s=row[10],
            reason=row[11],
            agreement=row[12],
            met=row[13],
            to_stage=row[14],
        )
        for row in rows
    ]


def span_sums(scope: FlowScope) -> list[SpanSum]:
    """Seconds of the request lines of the finished by stream, stage and kind; one query."""
    return span_sums_of(finished(scope))


def span_sums_of(facts: QuerySet[FactRequest]) -> list[SpanSum]:
    """The same of any requests; one query."""
    rows = FactSpan.objects.filter(slack=False, fact__in=facts.order_by().values("pk"))
    sums = rows.values_list("fact__stream", "stage", "state").order_by(
        "fact__stream", "stage", "state"
    )
    return [
        SpanSum(stream, stage, state, Times(cal or 0, bus or 0))
        for stream, stage, state, cal, bus in sums.annotate(Sum("cal_s"), Sum("bus_s"))
    ]


def open_rows(flying: Sequence[CaseRow], at: datetime) -> list[OpenRow]:
    """Age of what is in flight, oldest first, on the service's calendar of its pinned version."""
    ordered = sorted(flying, key=lambda case: (case.submitted_at, case.id))
    return [_open(case, calendar_for(case.model_id, case.calendar), at) for case in ordered]


def _open(case: CaseRow, calendar: BusinessCalendar, at: datetime) -> OpenRow:
    return OpenRow(
        id=case.id,
        number=case.number,
        stream=case.stream,
        age=Times(
            whole_seconds(at) - whole_seconds(case.submitted_at),
            calendar.elapsed(case.submitted_at, at),
        ),
        late=is_late(case, at),
        promise_s=case.promise_s,
        day_s=case.day_s,
        service=case.service,
    )


def may_list(user: User, ids: set[int]) -> frozenset[int]:
    """Those of the requests whose content the viewer may see anyway."""
    if not ids:
        return frozenset()
    return frozenset(checked_for(user).filter(pk__in=ids).values_list("pk", flat=True))
