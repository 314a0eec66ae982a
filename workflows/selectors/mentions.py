"""Who is named in a message by ``@name``, and which of them may read it."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from esm.common import clock
from governance import policies
from governance.models import Membership, Person
from governance.policies import DEPARTMENT, PERSON, TEAM
from governance.selectors import people
from workflows.models import Request
from workflows.selectors.scopes import scope_of

# One step from "@" to the next: a text of any length is read once.
NAMED = re.compile(r"@(\w[^@\n]{0,79})")
MAX_NAMED = 10
MAX_WORDS = 5
SUGGESTED = 8


@dataclass(frozen=True)
class Named:
    """The people a text names: those who may read it, and those who may not."""

    told: list[Person]
    blind: list[Person]


def candidates(text: str) -> list[list[str]]:
    """For each ``@`` of a text the names it may mean, the longest first; at most ten."""
    found: list[list[str]] = []
    for match in NAMED.finditer(text):
        words = match[1].split()[:MAX_WORDS]
        tries = [" ".join(words[:n]).rstrip(".,;:!?)").lower() for n in range(len(words), 0, -1)]
        if tries and tries not in found:
            found.append(tries)
        if len(found) == MAX_NAMED:
            break
    return found


def named_in(text: str, request: Request, *, internal: bool) -> Named:
    """Sort the people a text names by whether they may read it on this request."""
    tries = candidates(text)
    if not tries:
        return Named([], [])
    names = {name for one in tries for name in one}
    rows = Person.objects.annotate(lowered=Lower("name")).filter(lowered__in=names, active=True)
    by_name: dict[str, list[Person]] = {}
    for person in rows.order_by("pk"):
        by_name.setdefault(person.name.lower(), []).append(person)
    told: dict[int, Person] = {}
    blind: dict[int, Person] = {}
    for one in tries:
        same_name = next((by_name[name] for name in one if name in by_name), [])
        readers = [p for p in same_name if may_read(p, request, internal=internal)]
        told |= {p.pk: p for p in readers}
        if not readers:
            blind |= {p.pk: p for p in same_name[:1]}
    return Named(list(told.values()), list(blind.values()))


def may_read(person: Person, request: Request, *, internal: bool) -> bool:
    """Whether a person may see the request, and its internal notes."""
    actor = people.actor_of_person(
        person, user_id=person.users.values_list("pk", flat=True).first()
    )
    scope = scope_of(request)
    facts = policies.facts_of(actor)
    if not policies.judge(actor, "request.see", scope, facts).ok:
        return False
    return not internal or policies.judge(actor, "request.note", scope, facts).ok


def readers_of(request: Request, *, internal: bool) -> QuerySet[Person]:
    """Active people on the way of a request: in its teams, and named on it unless internal."""
    teams = [c // 4 for c in request.principals if c % 4 == TEAM]
    now = clock.now()
    members = Membership.objects.filter(team_id__in=teams, valid__contains=now)
    wanted = Q(pk__in=members.values("person_id"))
    if not internal:
        wanted |= Q(pk__in=[c // 4 for c in request.principals if c % 4 == PERSON])
        departments = [c // 4 for c in request.principals if c % 4 == DEPARTMENT]
        there = Membership.objects.filter(team__department_id__in=departments, valid__contains=now)
        wanted |= Q(pk__in=there.values("person_id"))
    return Person.objects.filter(wanted, active=True).order_by("name", "pk")


def suggested(request: Request, text: str, *, internal: bool) -> list[Person]:
    """Who may be meant by what was typed after ``@``; only people who may read the message."""
    text = text.strip()[:80]
    starts = Q(name__istartswith=text) | Q(name__icontains=f" {text}")
    return list(readers_of(request, internal=internal).filter(starts)[:SUGGESTED])
