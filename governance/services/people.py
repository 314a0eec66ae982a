"""People, where they work and when they are away. Nothing with history is deleted: it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.blueprint.kinds.organisation import day_intervals
from governance.event_types import (
    CalendarExcepted,
    PersonAbsent,
    PersonBack,
    PersonChanged,
    PersonCreated,
    PersonJoined,
    PersonLeft,
    PersonLinked,
)
from governance.locks import lock_person, lock_versions
from governance.models import Absence, CalendarException, Membership, ModelVersion, Person, Team
from governance.policies import Scope, require
from governance.services.periods import begins, ended, ends, period, same

FIELDS = ("name", "email", "zone", "active")


def create_person(
    *, key: str, name: str, email: str = "", zone: str = "UTC", actor: Actor
) -> Person:
    """A new natural person. Raises NotAllowed, and Conflict when the key is taken."""
    with transaction.atomic():
        require(actor, "people.edit", Scope())
        if Person.objects.filter(key=key).exists():
            raise Conflict(f"There is a person with the key {key} already.")
        created = Person.objects.create(key=key, name=name, email=email, zone=zone)
        person = lock_person(created.pk)
        event = PersonCreated(person=person.ref, private={"name": name, "email": email})
        ledger.record(person, [event], actor=actor)
        return person


def update_person(
    person: Person,
    *,
    name: str | None = None,
    email: str | None = None,
    zone: str | None = None,
    active: bool | None = None,
    actor: Actor,
) -> Person:
    """Change what is given; nothing is recorded when nothing differs. Raises NotAllowed."""
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "people.edit", Scope())
        wanted = {"name": name, "email": email, "zone": zone, "active": active}
        changed = [f for f in FIELDS if wanted[f] is not None and wanted[f] != getattr(person, f)]
        if not changed:
            return person
        for field in changed:
            setattr(person, field, wanted[field])
        person.save(update_fields=changed)
        values = {field: str(wanted[field]) for field in changed}
        event = PersonChanged(person=person.ref, fields=changed, private=values)
        ledger.record(person, [event], actor=actor)
        return person


def link_user(person: Person, user: User, *, actor: Actor) -> bool:
    """Let an account act as this person; False when it does already.

    Raises NotAllowed, and Conflict when the account belongs to somebody else: an account is one
    person's.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "people.edit", Scope())
        owner = Person.objects.filter(users=user).first()
        if owner is not None and owner.pk != person.pk:
            raise Conflict(f"The account {user.username} belongs to {owner.name}.")
        if owner is not None:
            return False
        person.users.add(user)
        ledger.record(person, [PersonLinked(person=person.ref, user=user.pk)], actor=actor)
        return True


def join_team(
    person: Person,
    team: Team,
    *,
    lead: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: Actor,
) -> Membership:
    """Somebody works in a team from ``since`` (default: now) until, not including, ``until``.

    Raises NotAllowed, Invalid for an empty period, Conflict where one overlaps.
    """
    valid = period(since or clock.now(), until)
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "people.edit", Scope())
        if Membership.objects.filter(person=person, team=team, valid__overlap=valid).exists():
            raise Conflict(f"{person.name} is in {team.name} in that time already.")
        row = Membership.objects.create(person=person, team=team, is_lead=lead, valid=valid)
        event = PersonJoined(
            person=person.ref,
            team=team.key,
            lead=lead,
            valid_from=begins(valid),
            valid_until=ends(valid),
        )
        ledger.record(person, [event], actor=actor)
        return row


def set_membership(
    person: Person,
    team: Team,
    *,
    lead: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: Actor,
) -> bool:
    """Make one membership say exactly this; False when it does already.

    A row that overlaps is corrected, else one begins. Raises NotAllowed, Invalid, and Conflict
    where several overlap.
    """
    valid = period(since, until)
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "people.edit", Scope())
        rows = list(Membership.objects.filter(person=person, team=team, valid__overlap=valid))
        if len(rows) > 1:
            raise Conflict(f"{person.name} was in {team.name} more than once in that time.")
        row = rows[0] if rows else Membership(person=person, team=team)
        if rows and row.is_lead == lead and same(row.valid, valid):
            return False
        row.is_lead, row.valid = lead, valid
        row.save()
        event = PersonJoined(
            person=person.ref,
            team=team.key,
            lead=lead,
            valid_from=begins(valid),
            valid_until=ends(valid),
        )
        ledger.record(person, [event], actor=actor)
        return True


def leave_team(membership: Membership, *, at: datetime | None = None, actor: Actor) -> Membership:
    """End a membership at ``at`` (default: now). Raises NotAllowed, Invalid, InvalidState."""
    at = at or clock.now()
    with transaction.atomic():
        person = lock_person(membership.person_id)
        row = Membership.objects.select_related("team").get(pk=membership.pk)
        require(actor, "people.edit", Scope())
        row.valid = ended(row.valid, at, f"{person.name} left {row.team.name} before that.")
        row.save(update_fields=["valid"])
        event = PersonLeft(person=person.ref, team=row.team.key, valid_until=moment_text(at))
        ledger.record(person, [event], actor=actor)
        return row


def record_absence(
    person: Person,
    *,
    since: datetime,
    until: datetime | None,
    stand_in: Person | None = None,
    kind: str = "",
    actor: Actor,
) -> Absence:
    """Somebody is away; ``stand_in`` takes what would come to them.

    People record their own absence; others need the right to keep people. Raises NotAllowed,
    Invalid, Conflict where an absence overlaps.
    """
    valid = period(since, until)
    if stand_in is not None and stand_in.pk == person.pk:
        raise Invalid("Nobody stands in for themselves.", {"stand_in": ["Choose somebody else."]})
    with transaction.atomic():
        person = lock_person(person.pk)
        if actor.person_id != person.pk:
            require(actor, "people.edit", Scope())
        if Absence.objects.filter(person=person, valid__overlap=valid).exists():
            raise Conflict(f"{person.name} is away in that time already.")
        row = Absence.objects.create(person=person, stand_in=stand_in, valid=valid, kind=kind)
        ledger.record(person, [_absent(person, row)], actor=actor)
        return row


def set_absence(
    person: Person,
    *,
    since: datetime,
    until: datetime | None,
    stand_in: Person | None = None,
    kind: str = "",
    actor: Actor,
) -> bool:
    """Make one absence say exactly this; False when it does already.

    A row that overlaps is corrected, else one begins. Raises NotAllowed, Invalid, and Conflict
    where several overlap.
    """
    valid = period(since, until)
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "people.edit", Scope())
        rows = list(Absence.objects.filter(person=person, valid__overlap=valid))
        if len(rows) > 1:
            raise Conflict(f"{person.name} is away more than once in that time.")
        row = rows[0] if rows else Absence(person=person)
        stand_in_id = stand_in.pk if stand_in else None
        if rows and (row.stand_in_id, row.kind) == (stand_in_id, kind) and same(row.valid, valid):
            return False
        row.valid, row.stand_in, row.kind = valid, stand_in, kind
        row.save()
        ledger.record(person, [_absent(person, row)], actor=actor)
        return True


def _absent(person: Person, row: Absence) -> PersonAbsent:
    return PersonAbsent(
        person=person.ref,
        stand_in=row.stand_in.ref if row.stand_in else "",
        valid_from=begins(row.valid),
        valid_until=ends(row.valid),
        private={"kind": row.kind} if row.kind else {},
    )


def end_absence(absence: Absence, *, at: datetime | None = None, actor: Actor) -> Absence:
    """Somebody is back at ``at`` (default: now). Raises NotAllowed, Invalid, InvalidState."""
    at = at or clock.now()
    with transaction.atomic():
        person = lock_person(absence.person_id)
        row = Absence.objects.get(pk=absence.pk)
        if actor.person_id != person.pk:
            require(actor, "people.edit", Scope())
        row.valid = ended(row.valid, at, f"{person.name} was back before that.")
        row.save(update_fields=["valid"])
        event = PersonBack(person=person.ref, valid_until=moment_text(at))
        ledger.record(person, [event], actor=actor)
        return row


@dataclass(frozen=True, slots=True)
class DayException:
    """One day of one calendar differs; no interval means closed."""

    calendar: str
    day: date
    name: str = ""
    intervals: tuple[str, ...] = ()


def set_calendar_exceptions(days: Sequence[DayException], *, actor: Actor) -> list[DayException]:
    """Make these days of calendars differ; returns those that were not so before.

    Recorded with the version in force, which names the calendars. Raises NotAllowed, Invalid,
    InvalidState without a published version.
    """
    for item in days:
        try:
            day_intervals(list(item.intervals))
        except ValueError as error:
            raise Invalid(str(error), {"intervals": [str(error)]}) from error
    with transaction.atomic():
        versions = lock_versions().values()
        require(actor, "people.edit", Scope())
        version = next((v for v in versions if v.state == ModelVersion.State.PUBLISHED), None)
        if version is None:
            raise InvalidState("Publish a model before its calendars get exceptions.")
        rows = CalendarException.objects.filter(calendar_key__in={d.calendar for d in days})
        known = {(row.calendar_key, row.day): (row.name, tuple(row.intervals)) for row in rows}
        new = [d for d in days if known.get((d.calendar, d.day)) != (d.name, d.intervals)]
        CalendarException.objects.bulk_create(
            [
                CalendarException(
                    calendar_key=d.calendar, day=d.day, name=d.name, intervals=list(d.intervals)
                )
                for d in new
            ],
            update_conflicts=True,
            unique_fields=["calendar_key", "day"],
            update_fields=["name", "intervals"],
        )
        events = [
            CalendarExcepted(
                calendar=d.calendar,
                day=d.day.isoformat(),
                intervals=list(d.intervals),
                private={"name": d.name} if d.name else {},
            )
            for d in new
        ]
        ledger.record(version, events, actor=actor)
        return new
