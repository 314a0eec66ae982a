"""Facts of requests as they are counted."""

from django.db.models import QuerySet

from valueflow.engine.contributions import SpanRow, Told, VisitRow
from valueflow.engine.summary import Times
from valueflow.models import FactHandoff, FactRequest, FactSpan, FactVisit
from valueflow.selectors import population


def told(rows: QuerySet[FactRequest]) -> Told:
    """Facts as they are counted; what belongs to finished requests only of those."""
    rows = rows.filter(confidential=False).order_by()
    cases = population.case_rows(rows)
    if not any(case.finished for case in cases):
        return Told(cases)
    ours = rows.filter(outcome="fulfilled")
    spans = FactSpan.objects.filter(fact__in=ours, slack=False).order_by()
    visits = FactVisit.objects.filter(fact__in=ours).order_by()
    return Told(
        cases,
        population.offer_rows(FactHandoff.objects.filter(fact__in=ours)),
        [
            SpanRow(fact, stage, state, Times(cal or 0, bus or 0))
            for fact, stage, state, cal, bus in spans.values_list(
                "fact_id", "stage", "state", "cal_s", "bus_s"
            )
        ],
        [
            VisitRow(fact, stage, Times(cal, bus))
            for fact, stage, cal, bus in visits.values_list(
                "fact_id", "stage", "stay_cal_s", "stay_bus_s"
            )
        ],
    )
