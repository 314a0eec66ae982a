"""What the delay costs (Q24): days later than promised, and their cost where a service says it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.ui.amounts import money, number
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.few import hidden_groups
from valueflow.engine.summary import FEW
from valueflow.selectors import ages, populations
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool, counted, service_calendar
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import days_text, percent


@dataclass(slots=True)
class Late:
    """What was later than promised: finished, still open, together in business days."""

    n: int = 0
    open: int = 0
    days: float = 0
    cost: float | None = None

    def add(self, other: "Late") -> None:
        """Add what another one has."""
        self.n, self.open = self.n + other.n, self.open + other.open
        self.days += other.days
        if other.cost is not None:
            self.cost = (self.cost or 0) + other.cost

    @property
    def cases(self) -> int:
        """How many requests these are."""
        return self.n + self.open


def delay(scope: FlowScope, user: User) -> Answer:
    """Q24: working days beyond the promise, of the finished and of what is in flight."""
    pool = Pool(scope, user)
    services = _late(scope)
    prices = _prices(pool)
    for (_stream, service), one in services.items():
        if service in prices:
            one.cost = one.days * float(prices[service])
    streams: dict[str, Late] = defaultdict(Late)
    whole = Late()
    for (stream, _service), one in services.items():
        streams[stream].add(one)
        whole.add(one)
    priced = bool(prices)
    currency = str(pool.bp.organisation().currency) if pool.bp else ""
    order = sorted(streams, key=lambda key: (-streams[key].days, key))
    return Answer(
        sentence=_says(pool, whole, streams, currency),
        n=whole.cases,
        unit="requests",
        population=_("Finished or in flight for longer than was promised"),
        calendar=service_calendar(),
        tables=(
            Table(
                _("Working days beyond the promise, by stream"),
                _columns(priced, currency),
                tuple(_stream_rows(pool, order, streams, priced)),
                Chart("pareto", value="late_days"),
            ),
            Table(
                _("Working days beyond the promise, by service"),
                _columns(priced, currency),
                tuple(_service_rows(pool, order, services, priced)),
                Chart("bars", value="late_days"),
            ),
        ),
        marks=pool.marks,
        notes=(_cost_note(priced), _("Time that waited for who asked counts, too.")),
        day_s=pool.day_s,
    )


def _cost_note(priced: bool) -> str:
    if priced:
        return _("Cost is days × what the service in force says a day of delay costs.")
    return _("No service says what a day of delay costs, so no cost is shown.")


def _late(scope: FlowScope) -> dict[tuple[str, str], Late]:
    """By stream and service; two queries."""
    found: dict[tuple[str, str], Late] = defaultdict(Late)
    rows = populations.over_promise(scope).order_by().values_list("stream", "service", "day_s")
    over = rows.annotate(n=Count("pk"), over=Sum(F("lead_bus_s") - F("promise_s")))
    for stream, service, day_s, n, seconds in over:
        found[stream, service].add(Late(n=n, days=seconds / day_s))
    for part in ages.open_now(scope):
        seconds = sum(part.age(moment) - part.promise_s for moment in part.over)
        late = Late(open=len(part.over), days=seconds / part.day_s)
        if late.open:
            found[part.stream, part.service].add(late)
    return found


def _prices(pool: Pool) -> dict[str, Decimal]:
    """What a day costs by service, where the version in force says it."""
    if pool.bp is None:
        return {}
    specs = pool.bp.find("Service").items()
    return {key: spec.delay_cost for key, spec in specs if spec.delay_cost is not None}


def _columns(priced: bool, currency: str) -> tuple[Column, ...]:
    columns = [
        Column("n", _("Finished late"), "count", _("Lead time in working time over the promise.")),
        Column("open", _("Open and over"), "count", _("In flight, older than was promised.")),
        Column(
            "late_days",
            _("Days late"),
            "days",
            _("Sum of lead time or age less the promise, in business days of the service."),
        ),
    ]
    if priced:
        about = _("Days late × what a day of delay costs, of services that say it.")
        columns.append(
            Column("cost", _("Cost (%(currency)s)") % {"currency": currency}, "money", about)
        )
    return tuple(columns)


def _cells(late: Late, priced: bool, hide: bool, extra: Mapping[str, str]) -> dict[str, Cell]:
    cells = {
        "n": counted(late.n, "over-promise", **extra),
        "open": counted(late.open, "aged-promise", **extra),
        "late_days": Cell(late.days),
        "cost": Cell(None if late.cost is None else round(late.cost, 2)),
    }
    if hide:
        cells = dict.fromkeys(cells, HIDDEN)
    return {key: cell for key, cell in cells.items() if priced or key != "cost"}


def _hidden(groups: Mapping[str, Late]) -> frozenset[str]:
    return hidden_groups({key: range(one.cases) for key, one in groups.items()})


def _stream_rows(
    pool: Pool, order: Iterable[str], streams: Mapping[str, Late], priced: bool
) -> list[Row]:
    hidden = _hidden(streams)
    return [
        Row(
            key,
            pool.names.stream(key),
            _cells(streams[key], priced, key in hidden, {"stream": key}),
        )
        for key in order
    ]


def _service_rows(
    pool: Pool, order: Iterable[str], services: Mapping[tuple[str, str], Late], priced: bool
) -> list[Row]:
    rows = []
    for stream in order:
        own = {service: one for (of, service), one in services.items() if of == stream}
        hidden = _hidden(own)
        for key in sorted(own, key=lambda key: (-own[key].days, key)):
            extra = {"stream": stream, "service": key}
            name = pool.names.services.get(key, key)
            rows.append(Row(key, name, _cells(own[key], priced, key in hidden, extra)))
    return rows


def _says(pool: Pool, whole: Late, streams: Mapping[str, Late], currency: str) -> str:
    if not whole.cases:
        return _("Nothing took or takes longer than was promised.")
    hidden: Sequence[str] = sorted(_hidden(streams))
    shown = [key for key in streams if key not in hidden]
    if whole.cases < FEW or not shown:
        return _("Fewer than five requests were later than promised: too few to say.")
    first = max(shown, key=lambda key: (streams[key].days, key))
    values = {
        "days": days_text(whole.days),
        "n": number(whole.cases),
        "stream": pool.names.stream(first),
        "share": percent(streams[first].days / whole.days) if whole.days else "",
        "cost": money(round(whole.cost), currency) if whole.cost is not None else "",
    }
    if len(shown) == 1 and not hidden:
        said = _("%(n)s requests went %(days)s working days beyond their promise.") % values
    else:
        said = (
            _(
                "%(n)s requests went %(days)s working days beyond their promise, %(share)s of them "
                "in %(stream)s."
            )
            % values
        )
    if not values["cost"]:
        return said
    return f"{said} {_('Where a service says what a day costs, that is %(cost)s.') % values}"
