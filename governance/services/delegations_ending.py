"""Delegations end on record when somebody leaves or loses what they gave; decisions stay."""

from django.db import transaction
from django.db.models import Q, QuerySet

from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.locks import lock_delegation, lock_given
from governance.models import Delegation, Person
from governance.selectors.delegations import unheld
from governance.services.delegations import ended

LIVE = (Delegation.State.PROPOSED, Delegation.State.ACCEPTED)
Cause = Delegation.Cause


def partners(person_id: int) -> set[int]:
    """Whom somebody has live delegations with, to be locked together with them."""
    rows = _live().filter(Q(giver=person_id) | Q(delegate=person_id))
    pairs = rows.values_list("giver_id", "delegate_id")
    return {pk for pair in pairs for pk in pair}


def end_of_leaver(person: Person, *, actor: Actor) -> list[DomainEvent]:
    """End all of somebody who leaves; the persons are locked. What to record on themselves.

    What they were given is recorded on each giver here.
    """
    now = clock.now()
    own: list[DomainEvent] = []
    rows = _live().filter(Q(giver=person) | Q(delegate=person)).order_by("pk")
    for pk, giver_id in rows.values_list("pk", "giver_id"):
        row = lock_delegation(pk)
        event = ended(row, Cause.LEFT, now)
        if giver_id == person.pk:
            own.append(event)
        else:
            ledger.record(row.giver, [event], actor=actor)
    return own


def end_unheld(person: Person) -> list[DomainEvent]:
    """End what a locked person gave and no longer holds now or later; what to record on them."""
    now = clock.now()
    given = _live().filter(giver=person, valid__endswith__gt=now)
    return [ended(lock_given(pk), Cause.ROLE, now) for pk in unheld(given, now)]


def sweep_unheld(limit: int = 200) -> int:
    """End what givers no longer hold, however that came; how many. Two queries when none."""
    found = unheld(_live().filter(valid__endswith__gt=clock.now()), clock.now())[:limit]
    return sum(_ended_now(pk) for pk in found)


def _ended_now(pk: int) -> bool:
    with transaction.atomic():
        row = lock_delegation(pk)
        now = clock.now()
        if not row.live or not unheld(Delegation.objects.filter(pk=pk), now):
            return False
        ledger.record(row.giver, [ended(row, Cause.ROLE, now)], actor=SYSTEM)
        return True


def _live() -> QuerySet[Delegation]:
    return Delegation.objects.filter(state__in=LIVE)
