"""Who sees what people keep for daily use, and for whom somebody may publish."""

from typing import TypeVar

from django.db.models import Q, QuerySet

from governance.models import Team
from governance.models.sharing import Shared
from governance.policies import Scope, Verdict, judge
from governance.selectors.people import Account, actor_for, facts_for, person_for

R = TypeVar("R", bound=Shared)
MINE, EVERYONE, TEAM = "mine", "everyone", "team:"


def shared_with(user: Account, rows: QuerySet[R]) -> QuerySet[R]:
    """One's own, those of one's teams, and those for everyone; what was removed is not there."""
    person, facts = person_for(user), facts_for(user)
    seen = Q(owner=None, team=None) | Q(owner=None, team__in=facts.teams)
    if person is not None:
        seen |= Q(owner=person)
    return rows.filter(seen, removed_at=None).select_related("team", "owner", "author")


def scope_of(row: Shared) -> Scope:
    """What the policies need to know of it."""
    return Scope(holder_id=row.owner_id or 0, team_id=row.team_id or 0)


def may_keep(user: Account, row: Shared) -> Verdict:
    """Whether the user may change or remove it, with the reason."""
    return judge(actor_for(user), "shared.keep", scope_of(row), facts_for(user))


def audiences(user: Account) -> list[tuple[str, str]]:
    """(value, words) of those for whom the user may keep something; oneself first."""
    facts = facts_for(user)
    found = [(MINE, "Only me")] if person_for(user) else []
    led = Team.objects.filter(pk__in=facts.led_teams, retired_at=None).order_by("name")
    found += [(TEAM + team.key, f"The team {team.name}") for team in led]
    if facts.steward or facts.admin:
        found.append((EVERYONE, "Everyone"))
    return found
