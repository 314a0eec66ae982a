"""Filters of a queue: read from an address, written back into one, applied to visits.

A value that no filter knows is left out and said; a service, step, department or person that has no
work here is a filter like any other, with an empty list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from esm.common import clock
from workflows.models import StageVisit
from workflows.models.requests import FAR

VIEWS = ("soonest", "mine", "offered", "back", "waiting")
STATES = ("offered", "queued", "active", "blocked", "deciding")
CLOCKS = ("late", "risk", "today", "still")
STARTS = ("due", "later", "none")
SORTS = ("soonest", "promise", "request", "holder", "entered")
ME, NOBODY, USUAL = "@me", "@nobody", "@usual"
LONG = 100
LONGEST_NUMBER = 9

# The parameters of an address in the order in which they are written.
FILTERS = ("service", "step", "from", "holder", "priority", "state", "clock", "start", "q")
CLOSED = {
    "view": VIEWS,
    "state": STATES,
    "clock": CLOCKS,
    "start": STARTS,
    "sort": (*SORTS, *(f"-{one}" for one in SORTS)),
}
DEFAULTS = {"view": "soonest", "sort": "soonest"}
# What makes a view of a queue; ``saved`` names the view that was opened and filters nothing.
KEPT = ("view", *FILTERS, "sort")
WRITTEN = ("saved", *KEPT)
# Sort keys: together unique, never null.
ORDERS: dict[str, tuple[str, ...]] = {
    "soonest": ("asleep", "queue_due", "queue_rank", "id"),
    "promise": ("promised", "id"),
    "request": ("number", "id"),
    "holder": ("held_by", "id"),
    "entered": ("entered_at", "id"),
}


@dataclass(frozen=True)
class QueueFilter:
    """What somebody wants to see of a queue; ``refused`` are (parameter, value) left out."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The value of a parameter; empty where none is set."""
        return self.chosen.get(name, DEFAULTS.get(name, ""))

    @property
    def narrows(self) -> bool:
        """Whether anything but the view and the order is set."""
        return any(self.get(name) for name in FILTERS)

    @property
    def kept(self) -> dict[str, str]:
        """What a saved view keeps: all that is not as usual, but for the view that was opened."""
        return {name: self.chosen[name] for name in KEPT if name in self.chosen}

    def query(self, **changes: str) -> str:
        """The query of an address with some parameters changed; empty ones are left out."""
        given = {**{n: self.get(n) for n in WRITTEN}, **changes}
        given = {n.rstrip("_"): v for n, v in given.items()}
        return urlencode({n: v for n, v in given.items() if v and v != DEFAULTS.get(n, "")})


def read(given: Mapping[str, str]) -> QueueFilter:
    """The filter an address asks for."""
    chosen: dict[str, str] = {}
    refused: list[tuple[str, str]] = []
    for name in WRITTEN:
        value = given.get(name, "").strip()
        if not value or (name == "saved" and not _number(value)):
            continue
        known = CLOSED.get(name)
        if len(value) > LONG or "\0" in value or (known is not None and value not in known):
            refused.append((name, value[:LONG].replace("\0", "")))
        elif value != DEFAULTS.get(name):
            chosen[name] = value
    return QueueFilter(chosen, tuple(refused))


def _number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER


def applied(
    rows: QuerySet[StageVisit], wanted: QueueFilter, *, person_id: int
) -> QuerySet[StageVisit]:
    """The visits a filter lets through."""
    rows = in_view(rows, wanted.get("view"), person_id)
    simple = {"service": "request__service__key", "step": "stage_key", "state": "state"}
    for name, column in simple.items():
        if wanted.get(name):
            rows = rows.filter(**{column: wanted.get(name)})
    if wanted.get("from"):
        rows = rows.filter(_came_from(wanted.get("from")))
    if wanted.get("holder"):
        rows = rows.filter(_held_by(wanted.get("holder"), person_id))
    if wanted.get("priority"):
        given = wanted.get("priority")
        rows = rows.filter(request__priority="" if given == USUAL else given)
    if wanted.get("clock"):
        rows = rows.filter(_clock(wanted.get("clock")))
    if wanted.get("start"):
        rows = rows.filter(_start(wanted.get("start")))
    if wanted.get("q"):
        rows = rows.filter(_text(wanted.get("q")))
    return rows


def in_view(rows: QuerySet[StageVisit], view: str, person_id: int) -> QuerySet[StageVisit]:
    """One of the views every queue has."""
    if view == "mine":
        return rows.filter(holder_id=person_id)
    if view == "offered":
        return rows.filter(state=StageVisit.State.OFFERED)
    if view == "back":
        return rows.filter(is_rework=True)
    if view == "waiting":
        return rows.filter(state__in=[StageVisit.State.BLOCKED, StageVisit.State.DECIDING])
    return rows


def _came_from(department: str) -> Q:
    """Who handed it over; where nobody did, who asked."""
    given = Q(handoff__giver_team__department__key=department)
    asked = Q(handoff__isnull=True, request__requester_department__key=department)
    return given | asked


def _held_by(holder: str, person_id: int) -> Q:
    if holder == ME:
        return Q(holder_id=person_id)
    return Q(holder=None) if holder == NOBODY else Q(holder__key=holder)


def _clock(verdict: str) -> Q:
    now = clock.now().replace(microsecond=0)
    if verdict == "late":
        return Q(queue_due__lt=now)
    if verdict == "risk":
        return Q(queue_due__gte=now, queue_risk__lte=now)
    if verdict == "today":
        return Q(queue_due__lt=_midnight(now))
    return Q(queue_due=FAR)


def _midnight(now: datetime) -> datetime:
    """The end of the reader's day."""
    day = now.astimezone(timezone.get_current_timezone()).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time.min))


def _start(when: str) -> Q:
    if when == "none":
        return Q(follow_up_at=None)
    return Q(asleep=True) if when == "later" else Q(asleep=False, follow_up_at__isnull=False)


def _text(text: str) -> Q:
    wanted = Q(request__title__icontains=text)
    digits = text.upper().removeprefix("R-")
    if _number(digits):
        wanted |= Q(request__number=int(digits))
    return wanted


def ordered(rows: QuerySet[StageVisit], sort: str) -> tuple[QuerySet[StageVisit], list[str]]:
    """The rows in an order, and the fields that make it; every field is on the rows."""
    key = sort.removeprefix("-")
    if key == "promise":
        rows = rows.annotate(promised=Coalesce("request__promised_at", Value(FAR)))
    elif key == "request":
        rows = rows.annotate(number=F("request__number"))
    elif key == "holder":
        rows = rows.annotate(held_by=Coalesce("holder__name", Value("")))
    names = list(ORDERS[key])
    if sort.startswith("-"):
        names = [f"-{name}" for name in names]
    return rows.order_by(*names), names


def behind(last: StageVisit, names: list[str]) -> Q:
    """Rows behind the last one seen, in the order of ``names``."""
    wanted, same = Q(), Q()
    for name in names:
        plain = name.removeprefix("-")
        value = getattr(last, plain)
        wanted |= same & Q(**{f"{plain}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{plain: value})
    return wanted
