"""Reactions to events; registered in apps.py. Each runs in the transaction of its delivery."""

from esm.events.registry import EventRow
from governance.services import (
    assessment_notices,
    change_notices,
    comment_notices,
    commitment_notices,
    delegation_notices,
    waiver_notices,
    webhook_notices,
)


def tell_tripped(event: EventRow) -> None:
    """A webhook fails: who keeps it hears of it."""
    webhook_notices.tell_tripped(event)


def settle_tripped(event: EventRow) -> None:
    """It goes again, or has ended: nobody has to act any more."""
    webhook_notices.settle(event)


def tell_delegation(event: EventRow) -> None:
    """Something was offered to decide, answered or ended: whom it concerns hears of it."""
    delegation_notices.tell(event)


def tell_waiver(event: EventRow) -> None:
    """A waiver was asked for, granted or ended, or ends soon: whom it concerns hears of it."""
    waiver_notices.tell(event)


def tell_comment(event: EventRow) -> None:
    """Something was said on an element of the model: whoever takes part hears of it."""
    comment_notices.tell(event)


def tell_change(event: EventRow) -> None:
    """A change of the model moved on: whoever is asked, objected, signs or decides hears of it."""
    change_notices.tell(event)


def tell_commitment(event: EventRow) -> None:
    """What a sponsor committed to comes due, was missed or ended: they hear of it."""
    commitment_notices.tell(event)


def tell_assessment(event: EventRow) -> None:
    """An assessment opened, closed or was published: those who are asked hear of it."""
    assessment_notices.tell(event)
