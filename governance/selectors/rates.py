"""Exchange rates that are kept, and those that a question needs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from governance.blueprint.rights import Rate, Rules
from governance.blueprint.rights.money import RATE_DAYS
from governance.models import ExchangeRate

# An amount of so much, in this currency, at this moment.
Priced = tuple[str, datetime]


def rates_for(rules: Rules, asked_at: datetime, priced: Iterable[Priced]) -> tuple[Rate, ...]:
    """Stored rates into the currency of the type, as they were known when it was asked for.

    Of the currencies that are priced alone, for their days and the 7 before; one query, none where
    everything is in the currency of the type.
    """
    target = rules.kind.currency if rules.kind.unit == "amount" else ""
    foreign = [(source, at) for source, at in priced if target and source not in ("", target)]
    if not foreign:
        return ()
    days = [at.astimezone(UTC).date() for _, at in foreign]
    rows = known_at(asked_at).filter(
        target=target,
        source__in={source for source, _ in foreign},
        day__gte=min(days) - timedelta(days=RATE_DAYS),
        day__lte=max(days),
    )
    found = rows.order_by("day", "pk").values_list("source", "target", "day", "rate")
    return tuple(Rate(source, into, day, rate.normalize()) for source, into, day, rate in found)


def known_at(at: datetime) -> QuerySet[ExchangeRate]:
    """The rates that counted at a moment: stored by then and not replaced yet."""
    rows = ExchangeRate.objects.filter(recorded_at__lte=at)
    return rows.filter(Q(replaced_at__isnull=True) | Q(replaced_at__gt=at))


def listed() -> QuerySet[ExchangeRate]:
    """All rates, those of the latest day first; replaced ones beside what replaced them."""
    return ExchangeRate.objects.order_by("-day", "source", "target", "-pk")
