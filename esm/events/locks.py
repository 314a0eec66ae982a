"""The guard that a chain's parent was locked by whoever records on it; the lock of the clock."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from esm.accounts.models import User
from esm.events.chains import ChainParent
from esm.events.models import ClockOffset, Clockwork, Delivery, Suspect, WebhookEndpoint

MARK = "_chain_locked_in"


def mark_locked(parent: ChainParent) -> None:
    """Note that the running transaction holds this row (selected FOR UPDATE or just inserted).

    Called by the ``locks.py`` of the parent's app. Raises RuntimeError outside a transaction.
    """
    mark_all_locked([parent])


def mark_all_locked(parents: Iterable[ChainParent]) -> None:
    """``mark_locked`` for several rows."""
    now = running()
    if now is None:
        raise RuntimeError("A lock is held within a transaction only.")
    for parent in parents:
        setattr(parent, MARK, now)


def running() -> object | None:
    """What stands for the transaction that runs now; None outside of one."""
    connection = transaction.get_connection()
    return connection.atomic_blocks[0] if connection.in_atomic_block else None


def is_locked(parent: ChainParent, now: object | None) -> bool:
    """True when ``mark_locked`` was called in the transaction ``running`` stands for.

    A guard against mistakes: what keeps a chain whole is the number in the statement itself.
    """
    return now is not None and getattr(parent, MARK, None) is now


def lock_clockwork() -> Clockwork:
    """The one row on which retried and discarded effects are recorded, made when it is missing."""
    row, _ = Clockwork.objects.select_for_update().get_or_create(pk=1)
    mark_locked(row)
    return row


def deliveries_for_update(pks: Sequence[int]) -> list[Delivery]:
    """Lock those deliveries that nobody works on, in key order."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    rows = Delivery.objects.select_for_update(skip_locked=True).filter(free, pk__in=pks)
    return list(rows.order_by("pk"))


def suspects_for_update(pks: Sequence[int]) -> list[Suspect]:
    """Lock those suspects that nobody tries at this moment, in key order."""
    rows = Suspect.objects.select_for_update(skip_locked=True).filter(pk__in=pks)
    return list(rows.order_by("pk"))


def lock_clock_offset() -> ClockOffset:
    """The one row of the demo's offset, made when it is missing."""
    row, _ = ClockOffset.objects.select_for_update().get_or_create(pk=1)
    return row


def lock_endpoint(pk: int) -> WebhookEndpoint:
    """One endpoint, ready to be recorded on. Raises WebhookEndpoint.DoesNotExist."""
    row = WebhookEndpoint.objects.select_for_update().get(pk=pk)
    mark_locked(row)
    return row


def lock_owner(user_id: int) -> None:
    """The account of an owner, so that two webhooks made at once are counted one by one."""
    User.objects.select_for_update().get(pk=user_id)
