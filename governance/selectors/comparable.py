"""What was decided before on the same question in the same band."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Q, QuerySet

from esm.common import clock
from governance.models import Decision, Person
from governance.registries import subjects
from governance.selectors.voting import took_part

COMPARE_DAYS = 90
FEW = 5
LIKE = 3


@dataclass(frozen=True, slots=True)
class Comparable:
    """Past decisions of one type and band; ``median_s`` in seconds of the calendar."""

    count: int = 0
    approved: int = 0
    declined: int = 0
    referred_back: int = 0
    median_s: int = 0
    days: int = COMPARE_DAYS

    @property
    def too_few(self) -> bool:
        """Under five nothing is said about them."""
        return self.count < FEW


def own_of_band(decision: Decision, person: Person | None) -> list[Decision]:
    """What this person decided lately on the same question in the same band; one query."""
    if person is None:
        return []
    rows = Decision.objects.filter(
        took_part(person.pk),
        type_key=decision.type_key,
        currency=decision.currency,
        state=Decision.State.DECIDED,
    ).select_related("version")
    rows = _in_band(rows, decision).exclude(pk=decision.pk)
    return list(rows.order_by("-decided_at", "-pk")[:LIKE])


def comparable(decision: Decision, now: datetime | None = None) -> Comparable:
    """What was decided on the same question in the same band in the last 90 days; one query.

    Everybody who sees the decision reads it, so what stands in no general figure is left out.
    """
    since = (now or clock.now()) - timedelta(days=COMPARE_DAYS)
    rows = general(Decision.objects.exclude(pk=decision.pk)).filter(
        type_key=decision.type_key,
        currency=decision.currency,
        state=Decision.State.DECIDED,
        decided_at__gte=since,
    )
    found = list(_in_band(rows, decision).values_list("outcome", "opened_at", "decided_at")[:1000])
    if not found:
        return Comparable()
    outcomes = [outcome for outcome, _, _ in found]
    seconds = [(decided - opened).total_seconds() for _, opened, decided in found if decided]
    return Comparable(
        count=len(found),
        approved=outcomes.count(Decision.Outcome.APPROVE),
        declined=outcomes.count(Decision.Outcome.DECLINE),
        referred_back=outcomes.count(Decision.Outcome.REFER_BACK),
        median_s=int(median(seconds)),
    )


def general(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """The decisions that general figures are made of."""
    wanted = Q(pk__in=())
    for kind, known in subjects().items():
        told = Q(subject_kind=kind)
        wanted |= told & Q(subject_id__in=known.general()) if known.general else told
    return rows.filter(wanted)


def _in_band(rows: QuerySet[Decision], decision: Decision) -> QuerySet[Decision]:
    if decision.amount is None:
        return rows
    low, high = decision.band_min, decision.band_max
    rows = rows.filter(amount__gte=low) if low is not None else rows
    return rows.filter(amount__lt=high) if high is not None else rows
