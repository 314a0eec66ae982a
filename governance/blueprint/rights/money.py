"""The number that chooses the band: converted at a stored rate, with what was split added."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal

from governance.blueprint.rights.facts import Earlier, Inputs, Rate

# A rate holds on its day and, for weekends and holidays, the days after it.
RATE_DAYS = 7
# Amounts have 20 digits and rates about as many: nothing is rounded.
_EXACT = Context(prec=80)


class NoRate(ValueError):
    """No stored rate says what an amount is worth in the type's currency."""

    def __init__(self, source: str, target: str, day: str) -> None:
        super().__init__(f"No rate from {source} to {target} is stored for {day}.")
        self.source, self.target, self.day = source, target, day


def rate_for(at: datetime, source: str, target: str, rates: Iterable[Rate]) -> Rate:
    """The latest rate stored for the day (UTC) or the 7 days before it. Raises NoRate."""
    day = at.astimezone(UTC).date()
    usable = [
        rate
        for rate in rates
        if (rate.source, rate.target) == (source, target)
        and timedelta(0) <= day - rate.day <= timedelta(days=RATE_DAYS)
    ]
    if not usable:
        raise NoRate(source, target, day.isoformat())
    return max(usable, key=lambda rate: rate.day)


def times(amount: Decimal, rate: Decimal) -> Decimal:
    """An exact product without needless zeros."""
    found = _EXACT.multiply(amount, rate)
    plain = format(found, "f")
    return Decimal(plain.rstrip("0").rstrip(".")) if "." in plain else found


def total(numbers: Iterable[Decimal]) -> Decimal:
    """An exact sum."""
    found = Decimal(0)
    for number in numbers:
        found = _EXACT.add(found, number)
    return found


def worth(
    amount: Decimal, source: str, target: str, at: datetime, rates: Iterable[Rate]
) -> Decimal:
    """What an amount was worth at a moment; without two currencies, itself. Raises NoRate."""
    if not target or source in ("", target):
        return amount
    return times(amount, rate_for(at, source, target, rates).rate)


def split_off(inputs: Inputs) -> list[Earlier]:
    """Earlier cases that count with this one: same people, counter-party and type, lately.

    Whoever asks and whom it is for count alike, so that nothing is split among colleagues; a
    counter-party that one side does not name is taken for the same.
    """
    kind, case = inputs.rules.kind, inputs.case
    people = {ref for ref in (case.requester, case.beneficiary) if ref}
    since = case.asked - timedelta(days=kind.split_days)
    return [
        one
        for one in inputs.earlier
        if one.kind == kind.key
        and since < one.at <= case.asked
        and people & {one.requester, one.beneficiary}
        and one.amount > 0
        and _same_party(one.counterparty, case.counterparty)
    ]


def _same_party(one: str, other: str) -> bool:
    first, second = _plain(one), _plain(other)
    return not first or not second or first == second


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
