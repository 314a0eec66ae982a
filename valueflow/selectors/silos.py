"""How much of a department's work stays inside it, goes to and fro, waits at its borders."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, Q

from valueflow.engine.groups import Offers
from valueflow.engine.silos import Move, ei_index, ping_pongs
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW, Pair, SpanSum
from valueflow.models import FactHandoff
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope

# Time that nobody works on a request: before a step took it, and after.
BORDER, INSIDE = ("handoff",), ("queued", "blocked")


@dataclass(frozen=True, slots=True)
class Silo:
    """One department over the finished; None where it is of too few.

    ``index`` is the E-I index over its handovers, ``fro`` how many requests went over its border
    and straight back to the same step, ``border`` the share of the wait at its steps that passed
    before they took the work. ``waited`` says that something did.
    """

    key: str
    worked: int
    within: int | None
    index: float | None
    fro: int | None
    rate: float | None
    border: float | None
    waited: bool = True


def silos(
    keys: list[str],
    groups: Mapping[tuple[str, str], Offers],
    shown: tuple[Pair, ...],
    worked: Mapping[str, int],
    fro: Mapping[str, int],
    spans: Mapping[str, list[SpanSum]],
) -> list[Silo]:
    """Departments in the order given; only pairs that may be shown are counted."""
    across: Counter[str] = Counter()
    for pair in shown:
        across[pair.giver] += pair.n
        across[pair.receiver] += pair.n
    found = []
    for key in keys:
        within = groups[key, key].n if (key, key) in groups else 0
        n, back = worked.get(key, 0), fro.get(key, 0)
        known = not 0 < within < FEW
        found.append(
            Silo(
                key=key,
                worked=n,
                within=within if known else None,
                index=ei_index(across[key], within) if known else None,
                fro=back if not 0 < back < FEW else None,
                rate=ratio(back, n) if n >= FEW and not 0 < back < FEW else None,
                border=_border(spans.get(key, [])) if n >= FEW else None,
                waited=n < FEW or _border(spans.get(key, [])) is not None,
            )
        )
    return found


def _border(spans: list[SpanSum]) -> float | None:
    """Wait at the border ÷ wait at the border and inside, in business time."""
    border = sum(row.seconds.business or 0 for row in spans if row.state in BORDER)
    inside = sum(row.seconds.business or 0 for row in spans if row.state in INSIDE)
    return ratio(border, border + inside)


def to_and_fro(scope: FlowScope) -> dict[str, int]:
    """Finished requests that went over a department's border and straight back; one query.

    Only requests that came back at all are read: returned, or offered the other way.
    """
    other = FactHandoff.objects.filter(
        fact=OuterRef("fact"), from_stage=OuterRef("to_stage"), to_stage=OuterRef("from_stage")
    )
    offers = population.handoffs(scope)
    came_back = offers.filter(Q(outcome="returned") | Exists(other)).order_by().values("fact")
    rows = offers.filter(fact__in=came_back).order_by("fact_id", "number")
    columns = rows.values_list(
        "fact_id",
        "giver_department",
        "from_stage",
        "receiver_department",
        "to_stage",
        "outcome",
    )
    ways = []
    for _fact, told in groupby(columns, key=lambda row: row[0]):
        way: list[Move] = []
        for _id, giver, source, receiver, target, outcome in told:
            move = Move(giver, source, receiver, target)
            way += [move, move.back] if outcome == "returned" else [move]
        ways.append(way)
    return ping_pongs(ways)


def by_department(
    spans: list[SpanSum], departments: Mapping[tuple[str, str], str]
) -> dict[str, list[SpanSum]]:
    """Time of the finished by the department of the step in the version in force."""
    found: dict[str, list[SpanSum]] = defaultdict(list)
    for row in spans:
        found[departments.get((row.stream, row.stage), "")].append(row)
    return found
