"""Effects that were given up or come late: what they are, what they are about, why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from esm.common import clock
from esm.events import registry
from esm.events.models import Delivery, JobRun, Suspect
from esm.events.selectors.health import LATE, held

MOST = 200
COUNTED = 100
DELIVERY, SUSPECT = "d", "s"
# What deliveries are, as people read it; others have the name of their consumer.
LABELS = {"webhooks.send": _("message to a webhook")}


@dataclass(frozen=True, slots=True)
class Stuck:
    """One effect: ``key`` names it for retry and discard, ``subject`` is a chain or empty.

    ``effect`` is the consumer or the sweep, ``label`` what people read; ``state`` is dead (given
    up), tried (failed before, comes again) or late.
    """

    key: str
    effect: str
    label: Any
    queue: str
    subject: str
    event: str
    state: str
    attempts: int
    due_at: datetime
    since: datetime
    error: str


def keys_of(keys: Iterable[str]) -> tuple[list[int], list[int]]:
    """Ids of deliveries and of suspects; what is no key is left out."""
    found: dict[str, list[int]] = {DELIVERY: [], SUSPECT: []}
    for key in keys:
        kind, number = key[:1], key[1:]
        if kind in found and number.isascii() and number.isdigit() and len(number) < 18:
            found[kind].append(int(number))
    return found[DELIVERY], found[SUSPECT]


def overdue() -> Q:
    """Deliveries that should have been made by now, that nobody works on and no webhook holds."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return free & Q(state=Delivery.State.DUE, due_at__lt=clock.now() - LATE) & ~held()


def waiting() -> QuerySet[Any, Any]:
    """What is late or was given up: deliveries, what sweeps gave up, late rows of the apps above.

    Each at most a hundred, so that a page may count it; what it counts is what the page of health
    lists.
    """
    parts: list[QuerySet[Any, Any]] = [
        Delivery.objects.filter(Q(state=Delivery.State.DEAD) | overdue()),
        Suspect.objects.filter(state=Suspect.State.DEAD),
        *registry.late_rows(clock.now() - LATE),
    ]
    first, *others = [rows.order_by().values("pk") for rows in parts]
    return first.union(*others, all=True)[:COUNTED]


def given_up() -> list[Stuck]:
    """What was given up, the newest first."""
    rows = Delivery.objects.filter(state=Delivery.State.DEAD).order_by("-id")[:MOST]
    suspects = Suspect.objects.filter(state=Suspect.State.DEAD).order_by("-id")[:MOST]
    found = [*_deliveries(rows), *_suspects(suspects)]
    return sorted(found, key=lambda row: row.since, reverse=True)[:MOST]


def late() -> list[Stuck]:
    """What should have happened by now, or failed and is tried again; the oldest first."""
    tried = Q(state=Delivery.State.DUE, attempts__gt=0) & ~Q(error="")
    rows = Delivery.objects.filter(overdue() | tried).order_by("due_at", "id")[:MOST]
    suspects = Suspect.objects.filter(state=Suspect.State.DUE).order_by("due_at", "id")[:MOST]
    found = [*_deliveries(rows), *_suspects(suspects)]
    return sorted(found, key=lambda row: row.due_at)[:MOST]


def some(keys: Iterable[str]) -> list[Stuck]:
    """Those of the keys that still wait."""
    deliveries, suspects = keys_of(keys)
    wanted = Q(state=Delivery.State.DEAD) | overdue() | Q(attempts__gt=0)
    return [
        *_deliveries(Delivery.objects.filter(wanted, pk__in=deliveries).order_by("id")[:MOST]),
        *_suspects(Suspect.objects.filter(pk__in=suspects).order_by("id")[:MOST]),
    ]


def last_slots() -> list[dict[str, Any]]:
    """The last slot of each job, and when it was run."""
    rows = JobRun.objects.order_by("job", "-slot").distinct("job")
    return [dict(row) for row in rows.values("job", "slot", "ran_at")]


def _deliveries(rows: Iterable[Delivery]) -> list[Stuck]:
    rows = list(rows)
    events = _events({(row.bucket, row.event_id) for row in rows if row.event_id})
    found = []
    for row in rows:
        subject, kind = events.get(row.event_id or 0, ("", ""))
        late_now = row.due_at < clock.now() - LATE
        state = "late" if late_now else "tried"
        found.append(
            Stuck(
                key=f"{DELIVERY}{row.pk}",
                effect=row.consumer,
                label=LABELS.get(row.consumer, row.consumer),
                queue=row.queue,
                subject=subject,
                event=kind,
                state="dead" if row.state == Delivery.State.DEAD else state,
                attempts=row.attempts,
                due_at=row.due_at,
                since=row.created_at,
                error=row.error,
            )
        )
    return found


def _suspects(rows: Iterable[Suspect]) -> list[Stuck]:
    rows = list(rows)
    by_sweep: dict[str, list[int]] = {}
    for row in rows:
        by_sweep.setdefault(row.sweep, []).append(row.key)
    kinds = {name: registry.sweep(name) for name in by_sweep}
    subjects: dict[str, Mapping[int, str]] = {
        name: kind.subjects(by_sweep[name]) if kind else {} for name, kind in kinds.items()
    }
    found = []
    for row in rows:
        kind = kinds[row.sweep]
        found.append(
            Stuck(
                key=f"{SUSPECT}{row.pk}",
                effect=row.sweep,
                label=kind.label if kind else row.sweep,
                queue="",
                subject=subjects[row.sweep].get(row.key, ""),
                event="",
                state="dead" if row.state == Suspect.State.DEAD else "tried",
                attempts=row.attempts,
                due_at=row.due_at,
                since=row.since,
                error=row.error,
            )
        )
    return found


def _events(keys: set[tuple[Any, int]]) -> dict[int, tuple[str, str]]:
    """Chain and type of events, by id."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, chain, type FROM events_event"
            " WHERE bucket = ANY(%s::date[]) AND id = ANY(%s::bigint[])",
            [sorted({bucket for bucket, _ in keys}), [pk for _, pk in keys]],
        )
        return {pk: (chain, kind) for pk, chain, kind in cursor.fetchall()}
