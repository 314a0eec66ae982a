"""Identity rows by key; they are never deleted, so a process may remember them."""

from governance.models import Team

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
