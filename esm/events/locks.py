"""The guard that a chain's parent was locked by whoever records on it; the lock of the clock."""

from django.db import transaction

from esm.accounts.models import User
from esm.events.chains import ChainParent
from esm.events.models import ClockOffset, WebhookEndpoint

MARK = "_chain_locked_in"


def mark_locked(parent: ChainParent) -> None:
    """Note that the running transaction holds this row (selected FOR UPDATE or just inserted).

    Called by the ``locks.py`` of the parent's app. Raises RuntimeError outside a transaction.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("A lock is held within a transaction only.")
    setattr(parent, MARK, connection.atomic_blocks[0])


def is_locked(parent: ChainParent) -> bool:
    """True when ``mark_locked`` was called in the transaction that runs now.

    A guard against mistakes: what keeps a chain whole is the number in the statement itself.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        return False
    return getattr(parent, MARK, None) is connection.atomic_blocks[0]


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
