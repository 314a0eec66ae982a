"""Handoffs between stages as the checks count them: what came back, what went to and fro."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from governance.blueprint.lint.facts import HandoffFlow
from valueflow.models import FactHandoff
from valueflow.selectors.lint_windows import RECENT

SETTLED = ("accepted", "returned")
FIRST = Q(attempt=1, outcome__in=SETTLED)
TIMES = 2

Pair = tuple[str, str, str]


def handoff_flows(at: datetime) -> tuple[HandoffFlow, ...]:
    """Of each pair of stages with what was offered lately; two queries.

    An offer came back as the dashboard means it: it was returned, or a question had to be asked.
    """
    rows = FactHandoff.objects.filter(
        fact__confidential=False, offered_at__gte=at - RECENT, offered_at__lt=at
    ).order_by()
    days = Cast("lost_bus_s", FloatField()) / F("day_s")
    counted = rows.values_list("fact__workflow", "from_stage", "to_stage").annotate(
        offered=Count("pk", filter=FIRST),
        back=Count("pk", filter=FIRST & Q(sent_back=True)),
        cases=Count("fact", distinct=True),
        lost=Sum(days, filter=FIRST & Q(sent_back=True)),
    )
    pairs = {(row[0], row[1], row[2]): row[3:] for row in counted}
    fro = _to_and_fro(rows, set(pairs)) if pairs else Counter()
    return tuple(
        HandoffFlow(
            workflow=pair[0],
            source=pair[1],
            target=pair[2],
            offered=offered,
            returned=back,
            cases=cases,
            to_and_fro=fro[pair],
            stake=Decimal(str(round(lost or 0, 2))),
        )
        for pair, (offered, back, cases, lost) in sorted(pairs.items())
    )


def _to_and_fro(rows: QuerySet[FactHandoff], pairs: set[Pair]) -> Counter[Pair]:
    """Cases by pair in which work came back twice or more: returned, or offered the other way."""
    two_way = {(w, a, b) for w, a, b in pairs if (w, b, a) in pairs}
    other_way = Q()
    for workflow, source, target in sorted(two_way):
        other_way |= Q(fact__workflow=workflow, from_stage=source, to_stage=target)
    wanted = rows.filter(Q(outcome="returned") | other_way if two_way else Q(outcome="returned"))
    counted = wanted.values_list("fact", "fact__workflow", "from_stage", "to_stage").annotate(
        returned=Count("pk", filter=Q(outcome="returned")),
        firsts=Count("pk", filter=Q(attempt=1)),
    )
    back: dict[tuple[int, Pair], int] = defaultdict(int)
    for fact, workflow, source, target, returned, firsts in counted:
        back[fact, (workflow, source, target)] += returned
        if (workflow, source, target) in two_way:
            back[fact, (workflow, target, source)] += firsts
    found: Counter[Pair] = Counter(pair for (_, pair), times in back.items() if times >= TIMES)
    return found
