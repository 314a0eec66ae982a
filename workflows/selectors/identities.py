"""Identity rows by key; they are never deleted, so a process may remember them."""

from governance.models import Department, Team
from governance.selectors import people

_teams: dict[str, Team] = {}


def forget() -> None:
    """Drop what is remembered; a publication may have moved a team."""
    _teams.clear()


def team(key: str) -> Team:
    """The team with this key, with its department."""
    found = _teams.get(key)
    if found is None:
        found = Team.objects.select_related("department").get(key=key)
        _teams[key] = found
    return found


def department_of(person_id: int) -> Department | None:
    """Where a person works now: the department of the team they lead, else of their first one."""
    teams = people.teams_of(person_id)
    return teams[0].department if teams else None
