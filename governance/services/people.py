"""People, where they work and when they are away. Nothing with history is deleted: it ends."""

from datetime import datetime

from django.db import transaction

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.event_types import (
    PersonAbsent,
    PersonBack,
    PersonChanged,
    PersonCreated,
    PersonJoined,
    PersonLeft,
    PersonLinked,
)
from governance.locks import lock_person, lock_persons
from governance.models import Absence, Membership, Person, Team
from governance.policies import Scope, require
from governance.services.accounts import marks_of, must_have
from governance.services.periods import begins, end_row, ends, period, same
from governance.services.person_fields import cleaned
from governance.services.reasons import with_reason

FIELDS = ("name", "email", "zone", "active")
MAX_KIND = 40


def create_person(
    *, key: str, name: str, email: str = "", zone: str = "UTC", reason: str = "", actor: Actor
) -> Person:
    """A new natural person.

    Raises NotAllowed, Invalid, and Conflict when the key or the mail address is taken.
    """
    with transaction.atomic():
        require(actor, "people.edit", Scope())
        found = cleaned({"name": name, "email": email, "zone": zone})
        name, email, zone = found["name"], found["email"], found["zone"]
        if Person.objects.filter(key=key).exists():
            raise Conflict(f"There is a person with the key {key} already.")
        _must_be_free(email)
        created = Person.objects.create(key=key, name=name, email=email, zone=zone)
        person = lock_person(created.pk)
        private = with_reason(reason, name=name, email=email)
        event = PersonCreated(person=person.ref, private=private)
        ledger.record(person, [event], actor=actor)
        return person


def _must_be_free(email: str, but: int = 0) -> None:
    """Raise Conflict where somebody else who is here has this mail address."""
    others = Person.objects.filter(email__iexact=email, active=True).exclude(pk=but)
    if email and (other := others.first()) is not None:
        raise Conflict(f"{other.name} has the mail address {email} already.")


def update_person(
    person: Person,
    *,
    name: str | None = None,
    email: str | None = None,
    zone: str | None = None,
    active: bool | None = None,
    reason: str = "",
    actor: Actor,
) -> Person:
    """Change what is given; nothing is recorded when nothing differs.

    People choose their own zone; the rest needs the right to keep people. Raises NotAllowed,
    Invalid, and Conflict when somebody else has the mail address.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        given = {"name": name, "email": email, "zone": zone}
        texts = cleaned({f: value for f, value in given.items() if value is not None})
        wanted = {**given, **texts, "active": active}
        changed = [f for f in FIELDS if wanted[f] is not None and wanted[f] != getattr(person, f)]
        if actor.person_id != person.pk or set(changed) - {"zone"}:
            require(actor, "people.edit", Scope())
        if "email" in changed:
            _must_be_free(texts["email"], person.pk)
        if not changed:
            return person
        for field in changed:
            setattr(person, field, wanted[field])
        person.save(update_fields=changed)
        values = {field: str(wanted[field]) for field in changed}
        event = PersonChanged(
            person=person.ref, fields=changed, private=with_reason(reason, **values)
        )
        ledger.record(person, [event], actor=actor)
        return person


def link_user(person: Person, user: User, *, reason: str = "", actor: Actor) -> bool:
    """Let an account act as this person; False when it does already.

    Raises NotAllowed, and Conflict when the account belongs to somebody else: an account is one
    person's.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "account.keep", Scope(holder_id=person.pk))
        owner = Person.objects.filter(users=user).first()
        if owner is not None and owner.pk != person.pk:
            raise Conflict(f"The account {user.username} belongs to {owner.name}.")
        if owner is not None:
            return False
        must_have(marks_of(user), actor=actor)
        person.users.add(user)
        event = PersonLinked(person=person.ref, user=user.pk, private=with_reason(reason))
        ledger.record(person, [event], actor=actor)
        return True


def join_team(
    person: Person,
    team: Team,
    *,
    lead: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
    actor: Actor,
) -> Membership:
    """Somebody works in a team from ``since`` (default: now) until, not including, ``until``.

    Raises NotAllowed, Invalid for an empty period, InvalidState for a retired team or a person who
    left, Conflict where one overlaps.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        valid = period(since or clock.now(), until)
        require(actor, "team.join", Scope(team_id=team.pk, holder_id=person.pk))
        if not person.active:
            raise InvalidState(f"{person.name} has left and can be in no team.")
        if team.retired_at is not None:
            raise InvalidState(f"The team {team.name} is retired.")
        if Membership.objects.filter(person=person, team=team, valid__overlap=valid).exists():
            raise Conflict(f"{person.name} is in {team.name} in that time already.")
        row = Membership.objects.create(person=person, team=team, is_lead=lead, valid=valid)
        event = PersonJoined(
            person=person.ref,
            team=team.key,
            lead=lead,
            valid_from=begins(valid),
            valid_until=ends(valid),
            private=with_reason(reason),
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
        require(actor, "team.join", Scope(team_id=team.pk, holder_id=person.pk))
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


def change_membership(
    membership: Membership,
    *,
    lead: bool,
    until: datetime | None,
    reason: str = "",
    actor: Actor,
) -> Membership:
    """Whether somebody leads the team, and until when they are in it; as set before, nothing is
    recorded.

    Raises NotAllowed, Invalid, Conflict, and InvalidState for a membership that ended.
    """
    with transaction.atomic():
        person = lock_person(membership.person_id)
        row = Membership.objects.select_related("team").filter(pk=membership.pk).first()
        if row is None:
            raise NotFound("This membership was taken back.")
        require(actor, "team.join", Scope(team_id=row.team_id, holder_id=person.pk))
        if row.valid.upper is not None and row.valid.upper <= clock.now():
            raise InvalidState(f"{person.name} left {row.team.name} before that.")
        valid = period(row.valid.lower, until)
        if row.is_lead == lead and same(row.valid, valid):
            return row
        others = Membership.objects.filter(person=person, team=row.team, valid__overlap=valid)
        if others.exclude(pk=row.pk).exists():
            raise Conflict(f"{person.name} is in {row.team.name} again in that time.")
        row.is_lead, row.valid = lead, valid
        row.save(update_fields=["is_lead", "valid"])
        event = PersonJoined(
            person=person.ref,
            team=row.team.key,
            lead=lead,
            valid_from=begins(valid),
            valid_until=ends(valid),
            private=with_reason(reason),
        )
        ledger.record(person, [event], actor=actor)
        return row


def leave_team(
    membership: Membership, *, at: datetime | None = None, reason: str = "", actor: Actor
) -> Membership:
    """End a membership at ``at`` (default: now); one that has not begun is taken back.

    Raises NotAllowed, Invalid, InvalidState, NotFound.
    """
    with transaction.atomic():
        person = lock_person(membership.person_id)
        at = at or clock.now()
        row = Membership.objects.select_related("team").filter(pk=membership.pk).first()
        if row is None:
            raise NotFound("This membership was taken back.")
        require(actor, "team.leave", Scope(team_id=row.team_id, holder_id=person.pk))
        at = end_row(row, at, f"{person.name} left {row.team.name} before that.")
        event = PersonLeft(
            person=person.ref,
            team=row.team.key,
            valid_until=moment_text(at),
            private=with_reason(reason),
        )
        ledger.record(person, [event], actor=actor)
        return row


def record_absence(
    person: Person,
    *,
    since: datetime,
    until: datetime | None,
    stand_in: Person | None = None,
    kind: str = "",
    reason: str = "",
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
        person, stand_in = _locked(person, stand_in)
        if actor.person_id != person.pk:
            # Who stands in decides what the other would have decided.
            require(actor, "absence.keep", Scope(holder_id=stand_in.pk if stand_in else 0))
        if len(kind) > MAX_KIND:
            raise Invalid("Say it shorter.", {"kind": [f"At most {MAX_KIND} characters."]})
        if stand_in is not None and not stand_in.active:
            said = f"{stand_in.name} has left; choose somebody who is here."
            raise Invalid(said, {"stand_in": [said]})
        if Absence.objects.filter(person=person, valid__overlap=valid).exists():
            raise Conflict(f"{person.name} is away in that time already.")
        row = Absence.objects.create(person=person, stand_in=stand_in, valid=valid, kind=kind)
        ledger.record(person, [_absent(person, row, reason)], actor=actor)
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
        person, stand_in = _locked(person, stand_in)
        require(actor, "absence.keep", Scope(holder_id=stand_in.pk if stand_in else 0))
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


def _locked(person: Person, stand_in: Person | None) -> tuple[Person, Person | None]:
    """Both in one order, as two may stand in for one another."""
    found = lock_persons({person.pk, *([stand_in.pk] if stand_in else [])})
    return found[person.pk], found[stand_in.pk] if stand_in else None


def _absent(person: Person, row: Absence, reason: str = "") -> PersonAbsent:
    return PersonAbsent(
        person=person.ref,
        stand_in=row.stand_in.ref if row.stand_in else "",
        valid_from=begins(row.valid),
        valid_until=ends(row.valid),
        private=with_reason(reason, kind=row.kind),
    )


def end_absence(
    absence: Absence, *, at: datetime | None = None, reason: str = "", actor: Actor
) -> Absence:
    """Somebody is back at ``at`` (default: now); one that has not begun is taken back.

    Raises NotAllowed, Invalid, InvalidState, NotFound.
    """
    with transaction.atomic():
        person = lock_person(absence.person_id)
        at = at or clock.now()
        row = Absence.objects.filter(pk=absence.pk).first()
        if row is None:
            raise NotFound("This absence was taken back.")
        if actor.person_id != person.pk:
            require(actor, "people.edit", Scope())
        at = end_row(row, at, f"{person.name} was back before that.")
        event = PersonBack(
            person=person.ref, valid_until=moment_text(at), private=with_reason(reason)
        )
        ledger.record(person, [event], actor=actor)
        return row
