"""Who somebody is, where they work, and under which codes they may see rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.events.actors import Actor
from governance.models import Department, Membership, Person, RoleAssignment, Team
from governance.policies import DEPARTMENT, RoleFacts, below, code, codes_of, facts_of
from governance.selectors import standing
from governance.selectors.roles import holders, role_keys
from governance.selectors.standing import Standing

# Whoever asks: an account, or a visitor who did not sign in.
Account: TypeAlias = User | AnonymousUser

__all__ = [
    "Account",
    "Membership",
    "actor_for",
    "actor_of_person",
    "codes_of_person",
    "department_id_of",
    "facts_for",
    "holders",
    "is_member",
    "members",
    "person_by_ref",
    "person_for",
    "persons_by_id",
    "principal_codes",
    "role_keys",
    "settle",
    "team_keys",
    "teams_for",
    "teams_of",
]


def standing_for(user: Account) -> Standing | None:
    """Person, teams and roles behind an account, read once per user object in one query."""
    if isinstance(user, AnonymousUser) or user.pk is None:
        return None
    missing = object()
    known: Any = getattr(user, "_standing", missing)
    if known is missing:
        known = standing.of_account(user)
        # An account of nobody is asked again: it may be linked in the meantime.
        if known is not None:
            standing.remember(user, known)
    found: Standing | None = known
    return found


def settle(user: Account) -> None:
    """Read who stands behind this object once, also where it is nobody; for what lives shortly."""
    if standing_for(user) is None:
        standing.remember(user, None)


def person_for(user: Account) -> Person | None:
    """The natural person behind an account; None for service accounts and unlinked ones."""
    found = standing_for(user)
    return found.person if found else None


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
    found = standing_for(user)
    if found is not None:
        return _actor_of(found, user_id=user.pk, role=role, team=team)
    service = ServiceAccount.objects.filter(user_id=user.pk or 0, active=True).first()
    if service is not None:
        return Actor(
            kind="service", ref=f"svc:{service.key}", user_id=user.pk, role=service.role_key
        )
    return Actor(kind="person", ref=f"U-{user.pk}", user_id=user.pk)


def _actor_of(found: Standing, *, user_id: int | None, role: str, team: str) -> Actor:
    """The actor of a standing: in the role and team named, else in their own."""
    roles = [r for r in found.roles if r.key == role]
    roles += [r for r in found.roles if r.category != "generic"]
    acting = next(iter([*roles, *found.roles]), None)
    place = next((t for t in found.teams if t.key == team), next(iter(found.teams), None))
    return Actor(
        kind="person",
        ref=found.person.ref,
        person_id=found.person.pk,
        user_id=user_id,
        role=acting.key if acting else "",
        role_name=acting.name if acting else "",
        team=place.key if place else "",
        department=place.department.key if place else "",
    )


def facts_for(user: Account) -> RoleFacts:
    """Facts about an account's person, read once per user object."""
    known: RoleFacts | None = getattr(user, "_role_facts", None)
    if known is None:
        marks = None
        if not isinstance(user, AnonymousUser):
            marks = (user.is_steward, user.is_auditor, user.is_admin)
        found = standing_for(user)
        known = _facts(found, marks) if found and marks else facts_of(actor_for(user), marks)
        user.__dict__["_role_facts"] = known
    return known


def _facts(found: Standing, marks: tuple[bool, bool, bool]) -> RoleFacts:
    steward, auditor, admin = marks
    own = {team.department_id for team in found.teams}
    return RoleFacts(
        teams=frozenset(team.pk for team in found.teams),
        led_teams=frozenset(team.pk for team, leads in found.works if leads),
        departments=below(own, found.above),
        steward=steward,
        auditor=auditor,
        admin=admin,
        executive=any(role.category == "executive" for role in found.roles),
    )


def principal_codes(user: Account) -> list[int]:
    """Codes (id × 4 + kind) under which this account sees rows; sorted.

    Departments: one's own and those below; all of them for stewards, auditors and executives.
    Teams one is in, and oneself.
    """
    if not user.is_authenticated:
        return []
    facts = facts_for(user)
    found = standing_for(user)
    actor = Actor(kind="person", ref="", person_id=found.person.pk if found else None)
    codes = codes_of(actor, facts)
    if facts.sees_all_departments:
        every = found.above if found else Department.objects.values_list("pk", flat=True)
        codes |= {code(DEPARTMENT, pk) for pk in every}
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


def teams_for(user: Account) -> list[Team]:
    """Teams of an account's person, with their departments; those they lead come first."""
    found = standing_for(user)
    return found.teams if found else []


def teams_of(person_id: int, at: datetime | None = None) -> list[Team]:
    """Teams a person works in, with their departments; those they lead come first."""
    rows = Membership.objects.filter(person_id=person_id, valid__contains=at or clock.now())
    rows = rows.select_related("team__department").order_by("-is_lead", "pk")
    return [row.team for row in rows]


def department_id_of(person_id: int) -> int | None:
    """The department of the team a person leads, else of their first one; None without a team."""
    rows = Membership.objects.filter(person_id=person_id, valid__contains=clock.now())
    rows = rows.order_by("-is_lead", "pk")
    return next(iter(rows.values_list("team__department_id", flat=True)[:1]), None)


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
