"""Running clocks of a calendar are counted again after one of its days changed.

What passed until then was counted by the calendar of before and stays; what follows is counted by
the one in force, see ``workflows.engine.clockwork``. Clocks that stand still are taken too: their
standstill has an account. Clocks are taken in pieces, each a delivery of its own, so that no
transaction grows with the organisation.
"""

from collections import defaultdict

from django.db.models import QuerySet

from esm.common import clock
from esm.events import registry as events
from esm.events.actors import SYSTEM
from esm.events.models import Delivery
from esm.events.registry import EventRow, Outgoing
from esm.events.services import ledger, outbox
from governance import registries
from governance.selectors import versions
from governance.selectors.people import Account
from workflows import locks
from workflows.event_types.clocks import ClockMoved
from workflows.models import Clock
from workflows.selectors import calendars
from workflows.selectors.requests import visible_to
from workflows.services import clock_rows, clock_rules, clocks
from workflows.services.case import Case

PIECE = 100
RECOUNT = "workflows.recount"
CAP = 1001
LIVE = (Clock.State.RUNNING, Clock.State.PAUSED)


def register() -> None:
    """Called once at start."""
    registries.register_calendar_use("workflows", use)
    events.register_sender(RECOUNT, recount, "outbox")
    events.subscribe(["calendar.excepted", "calendar.restored"], "workflows.calendar", owe)


def use(user: Account, key: str) -> int:
    """Running clocks that count in a calendar, of the requests an account sees; 1,001 at most."""
    seen = visible_to(user).values("pk")
    rows = Clock.objects.filter(state=Clock.State.RUNNING, request__in=seen)
    return rows.filter(calendar_key__in=_names(key)).order_by()[:CAP].count()


def owe(event: EventRow) -> None:
    """A day of a calendar changed: owe a new count once every process has forgotten the old day."""
    key, later = str(event.data["calendar"]), clock.now() + calendars.MAX_AGE
    owed = Delivery.objects.filter(consumer=RECOUNT, item=key, due_at__gte=later)
    if not owed.exists():
        outbox.enqueue(RECOUNT, [key], due_at=later)


def recount(one: Outgoing) -> None:
    """Of a calendar: owe its pieces. Of a piece: find the next moments of its clocks again."""
    key, _blank, piece = one.item.partition(" ")
    rows = Clock.objects.filter(state__in=LIVE, calendar_key__in=_names(key))
    if not piece:
        ids = list(rows.order_by("request_id").values_list("request_id", flat=True).distinct())
        pieces = [ids[n : n + PIECE] for n in range(0, len(ids), PIECE)]
        outbox.enqueue(RECOUNT, [f"{key} {found[0]} {found[-1]}" for found in pieces])
        return
    first, last = piece.split(" ")
    calendars.forget()
    _count(rows.filter(request_id__gte=int(first), request_id__lte=int(last)), key)


def _count(rows: QuerySet[Clock], key: str) -> None:
    """Count on with the calendar in force; what moved is on record."""
    requests = locks.requests_in_order(list(rows.order_by().values_list("request_id", flat=True)))
    by_request: dict[int, list[Clock]] = defaultdict(list)
    for row in rows.filter(request__in=requests).order_by("request_id", "seq"):
        by_request[row.request_id].append(row)
    entries, changed = [], []
    for request in requests:
        case = Case.of(request, SYSTEM)
        for row in by_request[request.pk]:
            _move(case, row, key)
        changed += case.touched
        entries.append(ledger.Entry(request, case.events, case.now))
    if changed:
        clock_rows.write_rows([], changed)
        clock_rules.decide_by(changed)
        ledger.record_many(entries, actor=SYSTEM)


def _move(case: Case, row: Clock, key: str) -> None:
    """Count one clock on, if its calendar is another one now."""
    calendar = calendars.calendar_in(case.blueprint, row.calendar_key)
    if calendar.content_hash == row.counted_by:
        return
    before = row.due_at
    clocks.project_again(case, row, "calendar")
    if row.due_at != before and row.due_at is not None:
        case.note(ClockMoved(clock=row.seq, calendar=key, due_at=row.due_at.isoformat()))


def _names(key: str) -> list[str]:
    """How clocks name a calendar: by its key, and by nothing where it is the default."""
    version = versions.published()
    default = version is not None and calendars.default_key(versions.blueprint(version)) == key
    return [key, ""] if default else [key]
