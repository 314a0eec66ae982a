"""What the checks of a model have to know of the people there are: seven queries at most."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight
from governance.blueprint.lint import Facts
from governance.blueprint.lint.facts import People, ProgramFacts, SkillHeld, TeamFacts
from governance.blueprint.rights import Delegation, Holding, Person
from governance.blueprint.rights.findings import Standing
from governance.models import Absence, Membership, Program, Review, RoleAssignment, SkillHolding
from governance.models import Delegation as DelegationRow
from governance.models import Person as PersonRow
from governance.registries import flow_at
from governance.selectors.rights_facts import delegation_of


def facts_now(bp: Blueprint) -> Facts:
    """Who there is at this moment, as far as the checks of a model ask for it."""
    at = clock.now()
    people: dict[str, Person] = {}
    standing = Standing(at, _holdings(at, people), people)
    given, covered = _delegations(bp, at, people)
    teams = _teams(at)
    programs = _programs()
    skills = skills_held(people)
    return Facts(
        today=today_of(bp),
        reviewed=reviewed(),
        people=People(
            standing=standing,
            teams=teams,
            skills=skills,
            delegations=given,
            covered=frozenset(covered) | _with_stand_in(at),
            programs=programs,
        ),
    )


def reviewed() -> dict[tuple[str, str], date]:
    """By kind and key the day until which somebody said last that an element holds; one query."""
    rows = Review.objects.order_by("kind", "key", "-pk").distinct("kind", "key")
    return {(kind, key): due for kind, key, due in rows.values_list("kind", "key", "next_due")}


def today_of(bp: Blueprint) -> date:
    """The day it is in the organisation's zone; a draft may be without one for a while."""
    at = clock.now()
    here = bp.keys("Organisation")
    return at.astimezone(ZoneInfo(bp.organisation().zone)).date() if here else at.date()


def facts_with_flow(bp: Blueprint) -> Facts:
    """The same with what happened until now, as far as the apps above count it."""
    facts, flow = facts_now(bp), flow_at(bp, clock.now())
    return replace(facts, people=_known(facts.people, flow.overdue), flow=flow)


def _known(people: People | None, refs: Iterable[str]) -> People | None:
    """People with the names of more; a query where there is somebody to name."""
    if people is None:
        return None
    wanted = [int(ref[2:]) for ref in refs if ref not in people.standing.people]
    if not wanted:
        return people
    rows = PersonRow.objects.filter(pk__in=wanted)
    more = {row.ref: Person(row.ref, row.name, row.active) for row in rows}
    known = {**people.standing.people, **more}
    return replace(people, standing=replace(people.standing, people=known))


def _holdings(
    at: datetime, people: dict[str, Person], roles: Iterable[str] | None = None
) -> list[Holding]:
    rows = RoleAssignment.objects.filter(valid__contains=at)
    if roles is not None:
        rows = rows.filter(role__key__in=set(roles), person__active=True)
    held = []
    for row in rows.select_related("role", "person").order_by("pk"):
        ref = row.person.ref
        people[ref] = Person(ref, row.person.name, row.person.active)
        held.append(Holding(row.role.key, ref, row.focus_kind, row.focus_key, row.valid.lower))
    return held


def _delegations(
    bp: Blueprint, at: datetime, people: dict[str, Person]
) -> tuple[list[Delegation], set[str]]:
    """What is delegated now, and the roles of which somebody gave all they have."""
    rows = DelegationRow.objects.filter(
        state=DelegationRow.State.ACCEPTED, valid__contains=at
    ).select_related("giver", "delegate")
    rights: dict[str, set[str]] | None = None
    given, covered = [], set()
    for row in rows.order_by("pk"):
        whole_role = row.of == DelegationRow.Of.ROLE
        if not whole_role and rights is None:
            rights = _rights_by_type(bp)
        if whole_role:
            covered.add(row.key)
        for person in (row.giver, row.delegate):
            people.setdefault(person.ref, Person(person.ref, person.name, person.active))
        given.append(delegation_of(row, frozenset((rights or {}).get(row.key, ()))))
    return given, covered


def _rights_by_type(bp: Blueprint) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, right in bp.find(DecisionRight).items():
        if right.part == "decide":
            found[right.decision_type].add(key)
    return found


def _teams(at: datetime) -> dict[str, TeamFacts]:
    members: dict[str, set[str]] = defaultdict(set)
    leads: dict[str, set[str]] = defaultdict(set)
    rows = Membership.objects.filter(valid__contains=at, person__active=True)
    for team, pk, lead in rows.values_list("team__key", "person_id", "is_lead"):
        members[team].add(f"P-{pk}")
        if lead:
            leads[team].add(f"P-{pk}")
    return {key: TeamFacts(frozenset(members[key]), frozenset(leads[key])) for key in members}


def _with_stand_in(at: datetime) -> frozenset[str]:
    """Roles of which a holder is away or will be and named who stands in for them."""
    named = Absence.objects.filter(
        person_id=OuterRef("person_id"), stand_in__isnull=False, valid__endswith__gt=at
    )
    rows = RoleAssignment.objects.filter(Exists(named), valid__contains=at)
    return frozenset(rows.values_list("role__key", flat=True))


def _programs() -> list[ProgramFacts]:
    rows = Program.objects.filter(ended_at=None).select_related("account").order_by("pk")
    return [ProgramFacts(str(row.pk), str(row), row.account.role_key) for row in rows]


def skills_held(people: dict[str, Person]) -> list[SkillHeld]:
    """What is confirmed of everybody now; who they are is added to ``people``. One query."""
    rows = SkillHolding.objects.filter(ended_at=None).select_related("person").order_by("pk")
    held = []
    for row in rows:
        ref = row.person.ref
        people.setdefault(ref, Person(ref, row.person.name, row.person.active))
        held.append(SkillHeld(ref, row.skill_key, row.level, row.valid_to))
    return held


def standing_of(roles: Iterable[str]) -> Standing:
    """Who holds these roles at this moment; one query."""
    at = clock.now()
    people: dict[str, Person] = {}
    return Standing(at, _holdings(at, people, roles), people)
