"""One person as administration shows them: teams, roles, absences, accounts, what they hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from esm.accounts.models import User
from esm.common import clock
from governance import registries
from governance.blueprint.kinds import DecisionRight, DecisionType
from governance.models import (
    Absence,
    Decision,
    Membership,
    Person,
    Program,
    Role,
    RoleAssignment,
)
from governance.registries import Holding
from governance.selectors import decisions
from governance.selectors.administration import Reach, reach_of
from governance.selectors.people import Account, person_for
from governance.selectors.versions import blueprint, published
from governance.selectors.voting import may_answer

PAST = 20
CAP = 1001


@dataclass(frozen=True, slots=True)
class Dated:
    """A dated row of somebody, and where it stands now: past, now or ahead."""

    row: Any
    when: str
    focus: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All of one person; what the viewer may not see is empty."""

    person: Person
    memberships: list[Dated]
    holdings: list[Dated]
    absences: list[Dated]
    users: list[User]
    reach: Reach

    @property
    def teams(self) -> list[Dated]:
        """Those of now and of later."""
        return [one for one in self.memberships if one.when != "past"]

    @property
    def roles(self) -> list[Dated]:
        """Those of now and of later."""
        return [one for one in self.holdings if one.when != "past"]

    @property
    def former(self) -> list[Dated]:
        """Teams and roles of before, latest first."""
        past = [one for one in [*self.memberships, *self.holdings] if one.when == "past"]
        return sorted(past, key=lambda one: one.row.valid.upper, reverse=True)[:PAST]


def when(row: Any, now: datetime) -> str:
    """Where a dated row stands: past, now or ahead."""
    if row.valid.upper is not None and row.valid.upper <= now:
        return "past"
    return "ahead" if row.valid.lower is not None and row.valid.lower > now else "now"


def person_page(user: Account, person: Person) -> PersonPage:
    """The page of a person the viewer may see."""
    reach, now = reach_of(user), clock.now()
    own = person_for(user)
    whole = reach.everything or (own is not None and own.pk == person.pk)
    works = person.memberships.select_related("team__department").order_by("-valid", "pk")
    held = person.assignments.select_related("role__department").order_by("-valid", "pk")
    if not whole:
        works = works.filter(team__in=reach.team_ids)
    rows = list(held) if whole else []
    names = focus_names(rows)
    return PersonPage(
        person=person,
        memberships=[Dated(row, when(row, now)) for row in works],
        holdings=[Dated(row, when(row, now), names[row.pk]) for row in rows],
        absences=[Dated(row, when(row, now)) for row in absences_of(user, person)],
        users=list(person.users.order_by("username")) if whole else [],
        reach=reach,
    )


def focus_names(rows: Sequence[RoleAssignment]) -> dict[int, str]:
    """What each holding is narrowed to, by the name of today; two queries at most."""
    found: dict[tuple[str, str], str] = {}
    for kind, model in registries.focus_models().items():
        keys = {row.focus_key for row in rows if row.focus_kind == kind}
        if keys:
            named = model.objects.filter(key__in=keys).values_list("key", "name")
            found |= {(kind, key): name for key, name in named}
    return {row.pk: found.get((row.focus_kind, row.focus_key), row.focus_key) for row in rows}


def absences_of(user: Account, person: Person) -> QuerySet[Absence]:
    """Absences of a person that are not over, those that begin first before others.

    Why somebody is away is for themselves and for those who keep people.
    """
    rows = Absence.objects.filter(person=person).select_related("stand_in", "person")
    return _known(user, rows)


def away(user: Account, people: QuerySet[Person]) -> QuerySet[Absence]:
    """Absences of these people that are not over."""
    rows = Absence.objects.filter(person__in=people.values("pk"))
    return _known(user, rows.select_related("stand_in", "person"))


def _known(user: Account, rows: QuerySet[Absence]) -> QuerySet[Absence]:
    rows = rows.filter(Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=clock.now()))
    return rows.order_by("valid", "pk")


def may_know_why(user: Account, absence: Absence) -> bool:
    """The kind of an absence is for whose it is and for those who keep people."""
    own = person_for(user)
    return reach_of(user).keeps or (own is not None and own.pk == absence.person_id)


def _answers_for(person: Person) -> list[Holding]:
    """Programs that do nothing once nobody answers for them."""
    rows = Program.objects.filter(owner=person, ended_at=None).select_related("account")
    then = "Its calls are refused until an administrator says who answers for it."
    return [
        Holding("program", str(row.account.name), then, url=f"/admin/programs/{row.account.key}/")
        for row in rows.order_by("account__name")
    ]


def held_by(user: Account, person: Person) -> list[Holding]:
    """What somebody holds and what becomes of it when they leave; only what there is."""
    now = clock.now()
    roles = list(
        RoleAssignment.objects.filter(person=person, valid__contains=now)
        .select_related("role")
        .order_by("role__name", "pk")
    )
    led = list(
        Membership.objects.filter(person=person, valid__contains=now, is_lead=True)
        .select_related("team")
        .order_by("team__name")
    )
    others = set(
        Membership.objects.filter(
            team__in=[row.team_id for row in led], is_lead=True, valid__contains=now
        )
        .exclude(person=person)
        .exclude(person__active=False)
        .values_list("team_id", flat=True)
    )
    vacant = vacant_among(person, roles)
    decided = _decided_by_role() if vacant else {}
    found = [
        Holding(
            "role",
            str(row.role.name),
            _orphaned(decided.get(row.role.key, ())) if row.pk in vacant else "Others hold it too.",
            url=f"/admin/roles/{row.role.key}/",
        )
        for row in roles
    ]
    found += [
        Holding(
            "lead",
            f"Lead of {row.team.name}",
            "Others lead it too." if row.team_id in others else "The team has no other lead.",
            url=f"/admin/teams/{row.team.key}/",
        )
        for row in led
    ]
    found += _answers_for(person)
    found += _decides(user, person)
    found += _stands_in(person)
    found += registries.holdings(user, person)
    return [held for held in found if held.count != 0]


def _decided_by_role() -> dict[str, set[str]]:
    """What each role decides in the version in force, by code or question."""
    version = published()
    found: dict[str, set[str]] = {}
    if version is None:
        return found
    bp = blueprint(version)
    for right in bp.find(DecisionRight).values():
        if right.part == "decide" and right.role:
            spec = bp.get(DecisionType, right.decision_type)
            found.setdefault(right.role, set()).add(spec.code or spec.question)
    return found


def _orphaned(decided: Collection[str]) -> str:
    """What becomes of the rights of a role that nobody holds any more."""
    if not decided:
        return "Nobody else holds it; it decides nothing."
    named = ", ".join(sorted(decided))
    return (
        f"Nobody else holds it: what it decides ({named}) goes to the next band, or to the last"
        " resort."
    )


def vacant_among(person: Person, rows: Sequence[RoleAssignment]) -> set[int]:
    """Which of these holdings nobody else has in the same focus, or without one; one query."""
    others = RoleAssignment.objects.filter(
        role__in=[row.role_id for row in rows], valid__contains=clock.now(), person__active=True
    ).exclude(person=person)
    known = set(others.values_list("role_id", "focus_kind", "focus_key"))
    return {
        row.pk
        for row in rows
        if (row.role_id, row.focus_kind, row.focus_key) not in known
        and (row.role_id, "", "") not in known
    }


def _decides(user: Account, person: Person) -> list[Holding]:
    rows = decisions.visible_to(user).filter(may_answer(person.pk), state=Decision.State.OPEN)
    then = "Whoever holds the right after them decides; it moves within seconds."
    return [Holding("decision", "Open decisions", then, rows.order_by()[:CAP].count())]


def _stands_in(person: Person) -> list[Holding]:
    rows = Absence.objects.filter(stand_in=person).select_related("person")
    rows = rows.filter(Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=clock.now()))
    return [
        Holding("stand-in", f"Stands in for {row.person.name}", "Nobody stands in for them then.")
        for row in rows.order_by("pk")
    ]


def roles_to_give() -> QuerySet[Role]:
    """Roles that can be held."""
    return Role.objects.filter(retired_at=None).order_by("name", "key")
