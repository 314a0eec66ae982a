"""Teams and who is in them, as administration shows them."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from esm.common import clock
from esm.common.errors import NotFound
from governance.models import Absence, Membership, Team
from governance.selectors.administration import reach_of, visible_teams
from governance.selectors.people import Account
from governance.selectors.person_page import Dated, when

PAST = 20


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with how many are in it now and who leads it."""

    team: Team
    size: int
    leads: list[str]


def team_rows(user: Account) -> list[TeamRow]:
    """The teams somebody sees, by department; two queries. There are few."""
    current = Membership.objects.filter(valid__contains=clock.now(), person__active=True)
    current = current.select_related("person").order_by("person__name", "pk")
    rows = visible_teams(user).prefetch_related(
        Prefetch("memberships", queryset=current, to_attr="in_it")
    )
    return [
        TeamRow(
            team,
            len(team.in_it),  # type: ignore[attr-defined]
            [m.person.name for m in team.in_it if m.is_lead],  # type: ignore[attr-defined]
        )
        for team in rows
    ]


def members_of(team: Team) -> list[Dated]:
    """Leads first, then by name: those of now and of later, then the last who left."""
    now = clock.now()
    rows = Membership.objects.filter(team=team).select_related("person")
    here = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=now)
    found = list(rows.filter(here).order_by("-is_lead", "person__name", "pk"))
    found += list(rows.exclude(here).order_by("-valid__endswith", "pk")[:PAST])
    return [Dated(row, when(row, now)) for row in found]


def away_in(team: Team) -> dict[int, Absence]:
    """Who of a team is away now, by person."""
    now = clock.now()
    rows = Absence.objects.filter(
        valid__contains=now,
        person__in=Membership.objects.filter(team=team, valid__contains=now).values("person"),
    )
    return {row.person_id: row for row in rows.select_related("stand_in").order_by("pk")}


def membership_by_id(user: Account, pk: int) -> Membership:
    """A membership in a team somebody sees. Raises NotFound."""
    rows = Membership.objects.select_related("team__department", "person")
    if not reach_of(user).everything:
        rows = rows.filter(team__in=reach_of(user).team_ids)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such membership.")
    return found
