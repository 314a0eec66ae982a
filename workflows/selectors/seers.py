"""Everybody who sees a request or a decision, each with all the reasons: for who audits.

The reasons are read for all accounts at once from the same rows and rules that ``visible_to`` asks
for one; a test holds the two against each other for every account.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import Actor
from governance.facts import DEPARTMENT, TEAM, FactsOf
from governance.models import (
    AskedOpinion,
    Decision,
    Department,
    Membership,
    Opinion,
    RoleAssignment,
    Seat,
    Team,
    Vote,
)
from governance.policies import RoleFacts, below, code, codes_of
from governance.selectors.people import actor_for
from workflows.models import Request, RequestUserPermission


@dataclass(frozen=True, slots=True)
class Seer:
    """An account that sees something, whose it is, and why, in sentences."""

    account: User
    name: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Behind:
    """What stands behind an account: its person, and what they are at this moment."""

    account: User
    person_id: int
    name: str
    facts: RoleFacts
    codes: frozenset[int]


def of_request(request: Request) -> list[Seer]:
    """Every active account that sees what a request says, by name."""
    return _of_request(request, _everybody())


def _of_request(request: Request, everybody: Collection[_Behind]) -> list[Seer]:
    names = _names(request.principals)
    shared = set(
        RequestUserPermission.objects.filter(content_object=request).values_list("user", flat=True)
    )
    every = set(Department.objects.values_list("pk", flat=True))
    found = []
    for one in everybody:
        why = _why(one, request, names, shared, every)
        if why:
            found.append(Seer(one.account, one.name, tuple(why)))
    return sorted(found, key=lambda seer: (seer.name, seer.account.pk))


def of_decision(decision: Decision, request: Request) -> list[Seer]:
    """Every active account that sees a decision on a request, by name."""
    parts = _parts(decision)
    everybody = _everybody()
    by_mark = {seer.account.pk for seer in _of_request(request, everybody)}
    found = []
    for one in everybody:
        why = list(parts.get(one.person_id, ())) if one.person_id else []
        if one.facts.sees_all_departments and one.account.pk in by_mark:
            why.append(_mark(one.facts))
        if why:
            found.append(Seer(one.account, one.name, tuple(why)))
    return sorted(found, key=lambda seer: (seer.name, seer.account.pk))


def _everybody() -> list[_Behind]:
    """All accounts that can sign in or act, with what they are now; queries do not grow."""
    now = clock.now()
    works: dict[int, list[Membership]] = defaultdict(list)
    for row in Membership.objects.filter(valid__contains=now).select_related("team"):
        works[row.person_id].append(row)
    executives = set(
        RoleAssignment.objects.filter(valid__contains=now, role__category="executive").values_list(
            "person_id", flat=True
        )
    )
    above = dict(Department.objects.values_list("pk", "parent_id"))
    found = []
    accounts = User.objects.filter(is_active=True).prefetch_related("persons").order_by("pk")
    for account in accounts:
        person = next(iter(sorted((p for p in account.persons.all() if p.active), key=_pk)), None)
        marks = (account.is_steward, account.is_auditor, account.is_admin)
        if person is None:
            # A program, or an account of nobody: rare enough to be asked one by one.
            actor = actor_for(account)
            facts = FactsOf(actor, marks).all()
            name = account.get_username()
        else:
            rows = works[person.pk]
            actor = Actor(kind="person", ref=person.ref, person_id=person.pk)
            name = person.name
            facts = RoleFacts(
                teams=frozenset(row.team_id for row in rows),
                led_teams=frozenset(row.team_id for row in rows if row.is_lead),
                departments=below({row.team.department_id for row in rows}, above),
                steward=marks[0],
                auditor=marks[1],
                admin=marks[2],
                executive=person.pk in executives,
            )
        codes = codes_of(Actor(kind="person", ref="", person_id=actor.person_id), facts)
        found.append(_Behind(account, actor.person_id or 0, name, facts, frozenset(codes)))
    return found


def _pk(row: object) -> int:
    pk: int = row.pk  # type: ignore[attr-defined]
    return pk


def _names(principals: Collection[int]) -> Mapping[int, str]:
    """Names of the teams and departments among the codes."""
    ids: dict[int, set[int]] = defaultdict(set)
    for value in principals:
        ids[value % 4].add(value // 4)
    teams = Team.objects.filter(pk__in=ids[TEAM]).values_list("pk", "name")
    parts = Department.objects.filter(pk__in=ids[DEPARTMENT]).values_list("pk", "name")
    return {code(TEAM, pk): name for pk, name in teams} | {
        code(DEPARTMENT, pk): name for pk, name in parts
    }


def _why(
    one: _Behind,
    request: Request,
    names: Mapping[int, str],
    shared: Collection[int],
    every: Collection[int],
) -> list[str]:
    """The sentences why an account sees a request; none where it does not."""
    why = []
    for value in sorted(one.codes & set(request.principals), key=lambda v: (-(v % 4), v)):
        if value % 4 == TEAM:
            why.append(_("in the team %(team)s, to which it came") % {"team": names[value]})
        elif value % 4 == DEPARTMENT:
            said = _("in the department %(name)s or above it, to which it came")
            why.append(said % {"name": names[value]})
        else:
            why.append(_named(one, request, shared))
    departments = {code(DEPARTMENT, pk) for pk in every}
    if one.facts.sees_all_departments and departments & set(request.principals):
        why.append(_mark(one.facts))
    return why


def _named(one: _Behind, request: Request, shared: Collection[int]) -> str:
    if one.person_id == request.requester_id:
        return _("asked for it")
    if one.person_id == request.beneficiary_id:
        return _("it is for them")
    if one.account.pk in shared:
        return _("it was shared with them")
    return _("named on it: decides, works on it, leads a team it came to, or asked for the whole")


def _mark(facts: RoleFacts) -> str:
    if facts.auditor:
        return _("their account is an auditor's")
    if facts.steward:
        return _("their account is a steward's")
    return _("they hold an executive role")


def _parts(decision: Decision) -> dict[int, list[str]]:
    """Why persons see a decision, by id."""
    found: dict[int, list[str]] = defaultdict(list)
    direct = (
        (decision.requester_id, _("asked for it")),
        (decision.beneficiary_id, _("it is for them")),
        (decision.decider_id, _("decides it")),
        (decision.stands_in_for_id, _("somebody decides it for them")),
        (decision.decided_by_id, _("decided it")),
    )
    for pk, said in direct:
        if pk is not None:
            found[pk].append(said)
    for model, said in ((Seat, _("decides it with others")), (Vote, _("voted on it"))):
        rows = model._default_manager.filter(Q(decision=decision))
        for person, behind in rows.values_list("person_id", "stands_in_for_id"):
            found[person].append(said)
            if behind is not None:
                found[behind].append(_("somebody votes for them"))
    for pk in AskedOpinion.objects.filter(decision=decision).values_list("person_id", flat=True):
        found[pk].append(_("their opinion is asked"))
    for pk in Opinion.objects.filter(decision=decision).values_list("person_id", flat=True):
        found[pk].append(_("said their opinion"))
    return {pk: list(dict.fromkeys(said)) for pk, said in found.items()}
