"""What somebody may keep of people, teams and roles, and whom they see there.

Administrators, stewards and auditors see everybody. Who leads a team sees that team; who holds a
role narrowed to a department sees its teams.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from esm.common import clock
from esm.common.errors import NotAllowed, NotFound
from governance.models import Department, Person, Team
from governance.policies import Scope, Verdict, judge, with_parts
from governance.selectors.people import (
    Account,
    actor_for,
    facts_for,
    person_for,
    standing_for,
)

PAGE = 50
MAX_TEXT = 80


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an account sees in administration, and what it may change there."""

    everything: bool
    keeps: bool
    accounts: bool
    team_ids: frozenset[int]
    led_ids: frozenset[int]

    @property
    def any(self) -> bool:
        """There is something to see."""
        return self.everything or bool(self.team_ids)

    def may_join(self, team: Team) -> bool:
        """Whether others may be put in this team."""
        return self.keeps or team.pk in self.led_ids


def reach_of(user: Account) -> Reach:
    """The reach of an account, read once per user object; two queries, for heads alone."""
    known: Reach | None = getattr(user, "_admin_reach", None)
    if known is None:
        known = user.__dict__["_admin_reach"] = _reach(user)
    return known


def _reach(user: Account) -> Reach:
    facts, standing = facts_for(user), standing_for(user)
    everything = facts.admin or facts.steward or facts.auditor
    teams = set(facts.led_teams)
    if standing is not None and standing.heads and not everything:
        found = Department.objects.filter(key__in=standing.heads).values_list("pk", flat=True)
        below = Team.objects.filter(department__in=with_parts(set(found)))
        teams |= set(below.values_list("pk", flat=True))
    keeps = facts.admin or facts.steward
    return Reach(everything, keeps, facts.admin, frozenset(teams), facts.led_teams)


def may_look(user: Account) -> bool:
    """Whether administration is for an account, from what is at hand: no query of its own."""
    facts, standing = facts_for(user), standing_for(user)
    heads = bool(standing and standing.heads)
    return facts.admin or facts.steward or facts.auditor or bool(facts.led_teams) or heads


def require_reach(user: Account) -> Reach:
    """The reach. Raises NotAllowed for who keeps nothing and leads nobody."""
    reach = reach_of(user)
    if not reach.any:
        raise NotAllowed(
            "Administrators, stewards, auditors and who leads a team or department see this.",
            code="people-edit",
        )
    return reach


def require_everything(user: Account) -> Reach:
    """The reach of who sees the whole organisation. Raises NotAllowed for all others."""
    reach = require_reach(user)
    if not reach.everything:
        raise NotAllowed(
            "Only administrators, stewards and auditors see this of the whole organisation.",
            code="people-edit",
        )
    return reach


def verdict(user: Account, action: str, *, team_id: int = 0, holder_id: int = 0) -> Verdict:
    """Whether an account may do this, with the reason; from the facts at hand."""
    scope = Scope(team_id=team_id, holder_id=holder_id)
    return judge(actor_for(user), action, scope, facts_for(user))


def check(user: Account, action: str, *, team_id: int = 0, holder_id: int = 0) -> None:
    """Raise NotAllowed where ``verdict`` says no: before a form is shown."""
    found = verdict(user, action, team_id=team_id, holder_id=holder_id)
    if not found.ok:
        raise NotAllowed(found.reason, code=action.replace(".", "-"))


def visible_people(user: Account) -> QuerySet[Person]:
    """The persons an account sees in administration."""
    reach = reach_of(user)
    if reach.everything:
        return Person.objects.all()
    person = person_for(user)
    now = clock.now()
    in_teams = Q(
        pk__in=Person.objects.filter(
            Q(memberships__valid__endswith__isnull=True) | Q(memberships__valid__endswith__gt=now),
            memberships__team__in=reach.team_ids,
        ).values("pk")
    )
    return Person.objects.filter(in_teams | Q(pk=person.pk if person else 0))


def person_by_key(user: Account, key: str) -> Person:
    """One of them. Raises NotFound, for hidden and missing alike."""
    found = visible_people(user).filter(key=key).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


def visible_teams(user: Account) -> QuerySet[Team]:
    """The teams an account sees in administration; retired ones only while somebody is in them."""
    reach = reach_of(user)
    rows = Team.objects.select_related("department").order_by("department__slot", "name", "pk")
    here = Q(retired_at=None) | Q(memberships__valid__contains=clock.now())
    rows = rows.filter(pk__in=Team.objects.filter(here).values("pk"))
    return rows if reach.everything else rows.filter(pk__in=reach.team_ids)


def team_by_key(user: Account, key: str) -> Team:
    """One of them. Raises NotFound."""
    found = visible_teams(user).filter(key=key).first()
    if found is None:
        raise NotFound("There is no such team.")
    return found


def words(text: str) -> str:
    """What was typed into a search, as it can be asked for."""
    return text.replace("\x00", "").strip()[:MAX_TEXT]


def matching(
    user: Account, *, text: str = "", team: str = "", state: str = "here"
) -> QuerySet[Person]:
    """Persons by what was typed (name, mail, key, account), team, and whether they are here.

    ``team`` is a key, or "@none" for who is in no team. ``state`` is here, gone or all.
    """
    rows, now = visible_people(user), clock.now()
    if text := words(text):
        found = Q(name__icontains=text) | Q(email__icontains=text) | Q(key__icontains=text)
        rows = rows.filter(found)
    if state in ("here", "gone"):
        rows = rows.filter(active=state == "here")
    if team := words(team):
        current = Person.objects.filter(memberships__valid__contains=now)
        if team == "@none":
            rows = rows.exclude(pk__in=current.values("pk"))
        else:
            named = Person.objects.filter(
                memberships__valid__contains=now, memberships__team__key=team
            )
            rows = rows.filter(pk__in=named.values("pk"))
    return rows.order_by("name", "pk")


def after(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """Rows by name behind the one with this key."""
    key = words(key)
    mark = rows.model._default_manager.filter(key=key).first() if key else None
    if mark is None:
        return rows
    return rows.filter(Q(name__gt=mark.name) | Q(name=mark.name, pk__gt=mark.pk))


def page_of(rows: QuerySet[Any], key: str = "") -> tuple[list[Any], str]:
    """One page by name and the key the next one begins behind."""
    found = list(after(rows, key)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].key if len(found) > PAGE else ""


def free_key(name: str, taken: Iterable[str] = ()) -> str:
    """A key for a person of this name that nobody has; ``taken`` are given away meanwhile."""
    base = slug(name)
    known = set(Person.objects.filter(key__startswith=base).values_list("key", flat=True))
    known |= set(taken)
    return next_free(base, known)


def next_free(base: str, known: set[str]) -> str:
    """The base, or the base with the first number that makes it free."""
    number, key = 1, base
    while key in known:
        number += 1
        key = f"{base}-{number}"
    return key


def slug(name: str) -> str:
    """A name as a key: lowercase letters, digits and single hyphens; «person» for other scripts."""
    return slugify(name).replace("_", "-")[:80].strip("-") or "person"


def named(text: str) -> list[Person]:
    """Who is here under this key, mail address or full name; two at most."""
    if not text:
        return []
    rows = Person.objects.filter(active=True).order_by("pk")
    exact = list(rows.filter(Q(key=text) | Q(email__iexact=text))[:2])
    return exact or list(rows.filter(name__iexact=text)[:2])
