"""Who somebody is, where they work, and under which codes they may see rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.events.actors import Actor
from governance.models import Department, Membership, Person, RoleAssignment, Team
from governance.policies import DEPARTMENT, RoleFacts, code, codes_of, facts_of
from governance.selectors.roles import holders, role_keys

# Whoever asks: an account, or a visitor who did not sign in.
Account: TypeAlias = User | AnonymousUser

__all__ = [
    "Account",
    "Membership",
    "actor_for",
    "actor_of_person",
    "codes_of_person",
    "facts_for",
    "holders",
    "is_member",
    "members",
    "person_by_ref",
    "person_for",
    "persons_by_id",
    "principal_codes",
    "role_keys",
    "team_keys",
    "teams_of",
]


def person_for(user: Account) -> Person | None:
    """The natural person behind an account; None for service accounts and unlinked ones."""
    known: Person | None = getattr(user, "_person", None)
    if known is None and user.pk is not None:
        known = Person.objects.filter(users=user, active=True).order_by("pk").first()
        # Remembered on the object of one web request; an unlinked account is asked again.
        user.__dict__["_person"] = known
    return known


def _membership(person_id: int, team: str, at: datetime) -> Membership | None:
    rows = Membership.objects.filter(person_id=person_id, valid__contains=at)
    rows = rows.select_related("team__department").order_by("-is_lead", "pk")
    found = list(rows)
    named = [row for row in found if row.team.key == team]
    return next(iter(named or found), None)


def _assignment(person_id: int, role: str, at: datetime) -> RoleAssignment | None:
    rows = RoleAssignment.objects.filter(person_id=person_id, valid__contains=at)
    found = list(rows.select_related("role").order_by("pk"))
    named = [row for row in found if row.role.key == role]
    # Somebody is known by what they are, not by the roles that everybody in their place has.
    own = [row for row in found if row.role.category != "generic"]
    return next(iter(named or own or found), None)


def actor_of_person(
    person: Person, *, user_id: int | None = None, role: str = "", team: str = ""
) -> Actor:
    """The actor a person is, in the role and team named if they have them, else in their own."""
    at = clock.now()
    membership = _membership(person.pk, team, at)
    assignment = _assignment(person.pk, role, at)
    return Actor(
        kind="person",
        ref=person.ref,
        person_id=person.pk,
        user_id=user_id,
        role=assignment.role.key if assignment else "",
        role_name=assignment.role.name if assignment else "",
        team=membership.team.key if membership else "",
        department=membership.team.department.key if membership else "",
    )


def actor_for(user: Account, *, role: str = "", team: str = "") -> Actor:
    """The actor behind an account: a person, or the service account it belongs to.

    An account of nobody becomes an actor without a person, who may do nothing that needs one.
    """
    person = person_for(user)
    if person is not None:
        return actor_of_person(person, user_id=user.pk, role=role, team=team)
    service = ServiceAccount.objects.filter(user_id=user.pk or 0, active=True).first()
    if service is not None:
        return Actor(
            kind="service", ref=f"svc:{service.key}", user_id=user.pk, role=service.role_key
        )
    return Actor(kind="person", ref=f"U-{user.pk}", user_id=user.pk)


def facts_for(user: Account) -> RoleFacts:
    """Facts about an account's person, read once per user object."""
    known: RoleFacts | None = getattr(user, "_role_facts", None)
    if known is None:
        person = person_for(user)
        actor = (
            Actor(kind="person", ref=person.ref, person_id=person.pk, user_id=user.pk)
            if person is not None
            else actor_for(user)
        )
        marks = None
        if not isinstance(user, AnonymousUser):
            marks = (user.is_steward, user.is_auditor, user.is_admin)
        known = facts_of(actor, marks)
        user.__dict__["_role_facts"] = known
    return known


def principal_codes(user: Account) -> list[int]:
    """Codes (id × 4 + kind) under which this account sees rows; sorted.

    Departments: one's own and those below; all of them for stewards, auditors and executives.
    Teams one is in, and oneself.
    """
    if not user.is_authenticated:
        return []
    facts = facts_for(user)
    person = person_for(user)
    actor = Actor(kind="person", ref="", person_id=person.pk if person else None)
    codes = codes_of(actor, facts)
    if facts.sees_all_departments:
        codes |= {code(DEPARTMENT, pk) for pk in Department.objects.values_list("pk", flat=True)}
    return sorted(codes)


def codes_of_person(person_id: int) -> list[int]:
    """The codes under which a person sees rows now, read afresh; none for who left.

    Those of their first active account, so that its marks count; a person without one sees by
    teams and name.
    """
    person = Person.objects.filter(pk=person_id, active=True).first()
    if person is None:
        return []
    user = person.users.filter(is_active=True).order_by("pk").first()
    if user is not None:
        return principal_codes(user)
    actor = Actor(kind="person", ref=person.ref, person_id=person.pk)
    return sorted(codes_of(actor, facts_of(actor, (False, False, False))))


def teams_of(person_id: int, at: datetime | None = None) -> list[Team]:
    """Teams a person works in, with their departments; those they lead come first."""
    rows = Membership.objects.filter(person_id=person_id, valid__contains=at or clock.now())
    rows = rows.select_related("team__department").order_by("-is_lead", "pk")
    return [row.team for row in rows]


def team_keys(person_id: int) -> list[str]:
    """Keys of the teams a person works in now."""
    return [team.key for team in teams_of(person_id)]


def is_member(person_id: int, team_id: int) -> bool:
    """Works in this team now."""
    rows = Membership.objects.filter(person_id=person_id, team_id=team_id)
    return rows.filter(valid__contains=clock.now(), person__active=True).exists()


def members(team_id: int, at: datetime | None = None) -> QuerySet[Person]:
    """Active people who work in a team."""
    valid = Membership.objects.filter(team_id=team_id, valid__contains=at or clock.now())
    return Person.objects.filter(active=True, pk__in=valid.values("person_id"))


def persons_by_id(pks: Iterable[int]) -> dict[int, Person]:
    """Persons by id with their current teams at hand as ``current_memberships``."""
    current = Membership.objects.filter(valid__contains=clock.now())
    current = current.select_related("team__department").order_by("-is_lead", "pk")
    rows = Person.objects.filter(pk__in=set(pks)).prefetch_related(
        Prefetch("memberships", queryset=current, to_attr="current_memberships")
    )
    return {person.pk: person for person in rows}


def person_by_ref(ref: str) -> Person | None:
    """The person behind an opaque reference such as P-17."""
    kind, _, number = ref.partition("-")
    if kind != "P" or not number.isdigit():
        return None
    return Person.objects.filter(pk=int(number)).first()
