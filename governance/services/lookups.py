"""Writing down who looked at what they have no part in.

Whoever has a part, or sees a thing through their own department or team, leaves no row. That a look
is written down must never keep a page from being read: what fails is logged. Taking evidence is the
exception: without its row nothing is handed out.
"""

import logging
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from esm.common import clock
from governance.models import Decision, Lookup, Membership, Person
from governance.models.lookups import KEPT_DAYS
from governance.policies import RoleFacts
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.voting import takes_part

log = logging.getLogger(__name__)
# Kind and id of what is decided on: who sees it is told of looks at it.
Subject = tuple[str, int | None]
NONE: Subject = ("", None)
Kind, Sight = Lookup.Kind, Lookup.Sight
ADD = """
INSERT INTO governance_lookup
    (actor_id, person_id, kind, ref, about_id, subject_kind, subject_id, sight, day, count,
     first_at, last_at, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (actor_id, kind, ref, day, digest) DO UPDATE SET count = governance_lookup.count + 1,
    last_at = greatest(governance_lookup.last_at, excluded.last_at),
    kept_from = greatest(governance_lookup.kept_from, statement_timestamp())
"""


def sight_of(facts: RoleFacts) -> Lookup.Sight | None:
    """The mark by which an account sees what it has no part in; None for all others."""
    if facts.auditor:
        return Sight.AUDITOR
    if facts.steward:
        return Sight.STEWARD
    return Sight.EXECUTIVE if facts.executive else None


def note(
    user: Account,
    *,
    kind: str,
    ref: str,
    sight: str,
    about_id: int | None = None,
    subject: Subject = NONE,
) -> bool:
    """Write down one look; whether it was. Never raises for what the database refuses."""
    try:
        with transaction.atomic():
            write(user, kind=kind, ref=ref, sight=sight, about_id=about_id, subject=subject)
    except DatabaseError:
        log.exception("A look at %s %s was not written down", kind, ref)
        return False
    return True


def write(
    user: Account | None,
    *,
    kind: str,
    ref: str,
    sight: str,
    about_id: int | None = None,
    subject: Subject = NONE,
    digest: str = "",
) -> None:
    """The row of this account, thing and day, made or counted up. Raises DatabaseError."""
    now = clock.now()
    person = person_for(user) if user is not None else None
    row = [user.pk if user is not None else None, person.pk if person else None, kind, ref]
    with connection.cursor() as cursor:
        cursor.execute(ADD, [*row, about_id, *subject, sight, now.date(), now, now, digest])


def look_at_decision(user: Account, decision: Decision) -> bool:
    """Somebody opened a decision; whether it was written down: not for who has a part in it."""
    sight, person = sight_of(facts_for(user)), person_for(user)
    if sight is None:
        return False
    if person is not None:
        theirs = takes_part(person.pk)
        theirs |= Q(requester=person) | Q(beneficiary=person)
        if Decision.objects.filter(theirs, pk=decision.pk).exists():
            return False
    ref = f"{decision.subject_ref}/{decision.seq}"
    subject, about = (decision.subject_kind, decision.subject_id), decision.requester_id
    return note(user, kind=Kind.DECISION, ref=ref, sight=sight, about_id=about, subject=subject)


def look_at_person(user: Account, person: Person) -> bool:
    """Somebody opened the page of a person; not for that person and who leads their team."""
    facts, own = facts_for(user), person_for(user)
    sight = sight_of(facts) or (Sight.ADMIN if facts.admin else None)
    if sight is None or sight == Sight.EXECUTIVE or (own is not None and own.pk == person.pk):
        return False
    if facts.led_teams:
        rows = Membership.objects.filter(person=person, valid__contains=clock.now())
        if rows.filter(team__in=facts.led_teams).exists():
            return False
    return note(user, kind=Kind.PERSON, ref=person.key, sight=sight, about_id=person.pk)


def look_at_everybody(user: Account) -> bool:
    """Somebody took all people as a file."""
    facts = facts_for(user)
    sight = sight_of(facts) or Sight.ADMIN
    return note(user, kind=Kind.PEOPLE, ref="everybody", sight=sight)


def forget_old() -> int:
    """Drop rows a year after they were last added to; returns how many."""
    rows = Lookup.objects.filter(kept_from__lt=Now() - timedelta(days=KEPT_DAYS))
    return rows.delete()[0]
