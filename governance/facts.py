"""What an actor is at this moment, and what an action is about: what policies judge by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth import get_user_model
from django.db.models import Exists, Q

from esm.common import clock
from esm.events.actors import Actor
from governance.models import Department, Membership, Program, Role, RoleAssignment

DEPARTMENT, TEAM, PERSON, GROUP = range(4)


def code(kind: int, pk: int) -> int:
    """The number under which a department, team, person or fixed group may see a row."""
    return pk * 4 + kind


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an action is about, in ids and codes; 0 means none.

    ``came_to`` are the teams that something came to which persons alone may see.
    """

    team_id: int = 0
    department_id: int = 0
    requester_id: int = 0
    beneficiary_id: int = 0
    holder_id: int = 0
    principals: Collection[int] = ()
    came_to: Collection[int] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether the actor may, and the sentence that names the missing right."""

    ok: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleFacts:
    """What an actor is at this moment."""

    teams: frozenset[int] = frozenset()
    led_teams: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    steward: bool = False
    auditor: bool = False
    admin: bool = False
    executive: bool = False

    @property
    def sees_all_departments(self) -> bool:
        """Those who answer for the whole see the envelope of every department's work."""
        return self.steward or self.auditor or self.executive


@dataclass
class FactsOf:
    """Facts about one actor, each read on first use."""

    actor: Actor
    marks: tuple[bool, bool, bool] | None = None

    @cached_property
    def memberships(self) -> list[tuple[int, int, bool]]:
        """(team, department, leads) of the person, valid now."""
        if self.actor.person_id is None:
            return []
        rows = Membership.objects.filter(
            person_id=self.actor.person_id, person__active=True, valid__contains=clock.now()
        )
        return list(rows.values_list("team_id", "team__department_id", "is_lead"))

    @cached_property
    def flags(self) -> tuple[bool, bool, bool]:
        """Steward, auditor, admin: marks of the account the actor signed in with."""
        if self.marks is not None:
            return self.marks
        if self.actor.user_id is None:
            return (False, False, False)
        rows = get_user_model().objects.filter(pk=self.actor.user_id, is_active=True)
        found = rows.values_list("is_steward", "is_auditor", "is_admin").first()
        return found or (False, False, False)

    @cached_property
    def executive(self) -> bool:
        """The person holds a role of the executive category now, or the program acts in one."""
        if self.actor.person_id is None:
            return self.acting[1] == "executive"
        return RoleAssignment.objects.filter(
            person_id=self.actor.person_id,
            person__active=True,
            role__category="executive",
            valid__contains=clock.now(),
        ).exists()

    @cached_property
    def acting(self) -> tuple[int, str]:
        """Department and category of the role a program acts in; nothing while it may not act."""
        if self.actor.kind != "service" or not self.actor.role:
            return 0, ""
        idle = Program.objects.filter(account__user_id=self.actor.user_id or 0)
        idle = idle.filter(Q(owner__active=False) | Q(ended_at__isnull=False))
        rows = Role.objects.filter(~Exists(idle), key=self.actor.role, retired_at=None)
        department, category = rows.values_list("department_id", "category").first() or (0, "")
        return department or 0, category

    def all(self) -> RoleFacts:
        """Everything, for ``judge``."""
        steward, auditor, admin = self.flags
        departments = {department for _, department, _ in self.memberships}
        if self.acting[0]:
            departments.add(self.acting[0])
        return RoleFacts(
            teams=frozenset(team for team, _, _ in self.memberships),
            led_teams=frozenset(team for team, _, lead in self.memberships if lead),
            departments=with_parts(departments),
            steward=steward,
            auditor=auditor,
            admin=admin,
            executive=self.executive,
        )


def with_parts(departments: set[int]) -> frozenset[int]:
    """The departments and every department below them."""
    if not departments:
        return frozenset()
    parents = Department.objects.filter(Q(parent__isnull=False)).values_list("pk", "parent_id")
    return below(departments, dict(parents))


def below(departments: set[int], above: Mapping[int, int | None]) -> frozenset[int]:
    """Pure: the departments and all below them; ``above`` names the one each is a part of."""
    found = set(departments)
    grown = True
    while grown:
        more = {pk for pk, parent in above.items() if parent in found} - found
        grown = bool(more)
        found |= more
    return frozenset(found)
