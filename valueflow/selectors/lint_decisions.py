"""Decisions by type and right as the checks count them."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from math import ceil

from django.db.models import Count, Q

from governance.blueprint.lint.facts import DecisionFlow
from governance.models import Decision
from governance.selectors.comparable import general
from valueflow.engine.statistics import percentile
from valueflow.selectors.decided import FIGURES, times_of
from valueflow.selectors.lint_windows import RECENT

# The trace tells that nobody in the band of the number could decide, so that the next was asked.
CAME_UP = Q(trace__contains=[{"code": "next_band"}])


def decision_flows(at: datetime) -> tuple[DecisionFlow, ...]:
    """Of what somebody decided lately, by type and the right it fell under; two queries."""
    rows = general(Decision.objects.all()).filter(
        FIGURES["timed"][1],
        state=Decision.State.DECIDED,
        decided_at__gte=at - RECENT,
        decided_at__lt=at,
    )
    unchanged = FIGURES["unchanged"][1]
    counted = (
        rows.order_by()
        .values_list("type_key", "right_key")
        .annotate(
            n=Count("pk"),
            same=Count("pk", filter=unchanged),
            up=Count("pk", filter=unchanged & CAME_UP),
        )
    )
    took: dict[tuple[str, str], list[int]] = defaultdict(list)
    days: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, right, seconds, day_s in times_of(rows.order_by()):
        took[key, right].append(seconds)
        days[key, right] += Decimal(seconds) / day_s
    found = []
    for key, right, n, same, up in counted:
        p85 = percentile(took[key, right], 0.85)
        found.append(
            DecisionFlow(
                decision_type=key,
                right=right,
                decided=n,
                unchanged=same,
                from_below=up,
                p85_s=ceil(p85) if p85 is not None else None,
                stake=days[key, right],
            )
        )
    return tuple(sorted(found, key=lambda one: (one.decision_type, one.right)))
