"""How the clockwork is: what is late, what was given up, who shows signs of life."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import CharField, Count, Min, Q
from django.db.models.functions import Cast, Now

from esm.common import clock
from esm.events.models import Delivery, Dirty, Heartbeat, WebhookEndpoint

# A delivery that is due for longer counts as late.
LATE = timedelta(seconds=15)
# No attempt is put off for longer.
FARTHEST = timedelta(hours=1)
MAX_ATTEMPTS = 5
# Messages to webhooks are tried for 72 hours, at most an hour apart; a bound beyond that.
MOST_WEBHOOK_ATTEMPTS = 200


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """One queue: moments are due moments, counts are rows."""

    queue: str
    due: int
    late: int
    dead: int
    held: int
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a process and its age on the database's clock."""

    name: str
    queue: str
    at: datetime
    age: timedelta
    note: str = ""


def held() -> Q:
    """Messages that wait because their webhook is paused or left alone after failures.

    One whose next probe should have been long ago is held by nobody: then nobody sends.
    """
    waits = Q(state=WebhookEndpoint.State.PAUSED) | Q(probe_at__gt=clock.now() - 2 * LATE)
    rows = WebhookEndpoint.objects.filter(waits).order_by()
    items = rows.annotate(item=Cast("pk", CharField())).values("item")
    return Q(queue="webhooks", state=Delivery.State.DUE, item__in=items)


def queues() -> list[QueueHealth]:
    """Every queue that has rows; what is held is not due."""
    now, kept = clock.now(), held()
    due = Q(state=Delivery.State.DUE, due_at__lte=now) & ~kept
    rows = (
        Delivery.objects.order_by()
        .values("queue")
        .annotate(
            due=Count("pk", filter=due),
            late=Count("pk", filter=due & Q(due_at__lt=now - LATE)),
            dead=Count("pk", filter=Q(state=Delivery.State.DEAD)),
            held=Count("pk", filter=kept),
            oldest_due=Min("due_at", filter=due),
        )
    )
    return [QueueHealth(**row) for row in rows.order_by("queue")]


def oldest_due() -> datetime | None:
    """Due moment of the delivery that waits longest; None when nothing is due."""
    rows = Delivery.objects.filter(state=Delivery.State.DUE, due_at__lte=clock.now())
    oldest: datetime | None = rows.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def late_count() -> int:
    """Deliveries that have been due for more than 15 s."""
    limit = clock.now() - LATE
    return Delivery.objects.filter(state=Delivery.State.DUE, due_at__lt=limit).count()


def dead_count() -> int:
    """Deliveries that were given up."""
    return Delivery.objects.filter(state=Delivery.State.DEAD).count()


def outbox_faults() -> list[str]:
    """What must never be so in the outbox, in sentences; empty when all is well.

    Every delivery is to come within the hour, in work, or given up with its reason.
    """
    now = clock.now()
    found = []
    rows = Delivery.objects.order_by("pk")
    for row in rows.filter(state=Delivery.State.DUE, due_at__gt=now + FARTHEST)[:100]:
        found.append(f"Delivery {row.pk} to {row.consumer} is put off for more than an hour.")
    webhooks = Q(queue="webhooks", attempts__lte=MOST_WEBHOOK_ATTEMPTS)
    for row in rows.filter(attempts__gt=MAX_ATTEMPTS + 1).exclude(webhooks)[:100]:
        found.append(f"Delivery {row.pk} to {row.consumer} was tried {row.attempts} times.")
    for row in rows.filter(state=Delivery.State.DEAD, error="")[:100]:
        found.append(f"Delivery {row.pk} to {row.consumer} was given up without a reason.")
    for behind in Dirty.objects.filter(due_at__gt=now + FARTHEST)[:100]:
        found.append(f"The projection of {behind.chain} is put off for more than an hour.")
    return found


def dirty_since() -> datetime | None:
    """Since when the oldest projection has been behind; None when all are up to date."""
    oldest: datetime | None = Dirty.objects.aggregate(oldest=Min("since"))["oldest"]
    return oldest


def beats() -> list[Beat]:
    """Signs of life, by name."""
    rows = Heartbeat.objects.annotate(now=Now()).order_by("name")
    return [Beat(row.name, row.queue, row.at, row.now - row.at, row.note) for row in rows]


def strays() -> int:
    """Events in the alarm partition: must be 0, or a month was never opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event_default")
        return int(cursor.fetchone()[0])
