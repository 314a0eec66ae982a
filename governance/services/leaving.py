"""Somebody leaves the organisation, or comes back. What they held ends; what they did stays."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from esm.common import clock
from esm.common.errors import InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text
from governance import registries
from governance.event_types import AccountChanged, PersonChanged, PersonLeft, RoleEnded
from governance.locks import lock_person, lock_persons
from governance.models import Membership, Person, RoleAssignment
from governance.policies import Scope, require
from governance.services.accounts import marks_of
from governance.services.delegations_ending import end_of_leaver, partners
from governance.services.periods import end_row
from governance.services.reasons import with_reason


def deactivate_person(person: Person, *, reason: str = "", actor: Actor) -> Person:
    """Somebody left: teams, roles and delegations end now, accounts are closed, work goes back.

    Open decisions find their next decider within seconds (``reassigning.sweep_reassign``). Raises
    NotAllowed, and InvalidState when they left before.
    """
    with transaction.atomic():
        require(actor, "person.close", Scope(holder_id=person.pk))
        # What somebody works on is locked before somebody.
        registries.give_back(person.pk, actor=actor)
        person = lock_persons({person.pk, *partners(person.pk)})[person.pk]
        require(actor, "person.close", Scope(holder_id=person.pk))
        if not person.active:
            raise InvalidState(f"{person.name} has left already.")
        now = clock.now()
        events: list[DomainEvent] = [
            *(_left(person, row, now) for row in _not_over(Membership, person, now, "team")),
            *(_ended(person, row, now) for row in _not_over(RoleAssignment, person, now, "role")),
            *end_of_leaver(person, actor=actor),
            *_closed(person),
        ]
        person.active = False
        person.save(update_fields=["active"])
        private = with_reason(reason, active="False")
        events.append(PersonChanged(person=person.ref, fields=["active"], private=private))
        ledger.record(person, events, actor=actor)
        return person


def reactivate_person(person: Person, *, reason: str = "", actor: Actor) -> Person:
    """Somebody is back; teams, roles and accounts are given anew.

    Raises NotAllowed, and InvalidState when they are here.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "person.close", Scope(holder_id=person.pk))
        if person.active:
            raise InvalidState(f"{person.name} is here.")
        person.active = True
        person.save(update_fields=["active"])
        private = with_reason(reason, active="True")
        event = PersonChanged(person=person.ref, fields=["active"], private=private)
        ledger.record(person, [event], actor=actor)
        return person


def _not_over(model: Any, person: Person, now: datetime, related: str) -> list[Any]:
    rows = model.objects.filter(person=person).filter(
        Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=now)
    )
    return list(rows.select_related(related).order_by("pk"))


def _end(row: Any, now: datetime) -> str:
    return moment_text(end_row(row, now, ""))


def _left(person: Person, row: Membership, now: datetime) -> PersonLeft:
    return PersonLeft(person=person.ref, team=row.team.key, valid_until=_end(row, now))


def _ended(person: Person, row: RoleAssignment, now: datetime) -> RoleEnded:
    return RoleEnded(
        person=person.ref,
        role_key=row.role.key,
        focus_kind=row.focus_kind,
        focus=row.focus_key,
        valid_until=_end(row, now),
    )


def _closed(person: Person) -> list[DomainEvent]:
    """Close the accounts that may still sign in."""
    events: list[DomainEvent] = []
    for user in person.users.filter(is_active=True).order_by("pk"):
        user.is_active = False
        user.save(update_fields=["is_active"])
        event = AccountChanged(person=person.ref, user=user.pk, marks=marks_of(user), active=False)
        events.append(event)
    return events
