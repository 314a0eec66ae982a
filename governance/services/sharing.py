"""For whom something is kept: read from what was chosen, and allowed by the policies."""

from typing import Any

from esm.common.errors import Invalid
from esm.events.actors import Actor
from governance.models import Team
from governance.policies import Scope, require
from governance.selectors.sharing import EVERYONE, MINE, TEAM


def audience_columns(audience: str, *, actor: Actor) -> dict[str, Any]:
    """The columns ``owner_id`` and ``team`` for an audience the actor may publish for.

    Raises Invalid for an audience that does not exist, NotAllowed where the right is missing.
    """
    owner_id: int | None = None
    team: Team | None = None
    if audience == MINE:
        owner_id = actor.person_id
    elif audience.startswith(TEAM):
        team = Team.objects.filter(key=audience.removeprefix(TEAM), retired_at=None).first()
    if audience != EVERYONE and owner_id is None and team is None:
        raise Invalid("Choose for whom it is.", {"audience": ["Choose for whom it is."]})
    scope = Scope(holder_id=owner_id or 0, team_id=team.pk if team else 0)
    require(actor, "shared.keep", scope)
    return {"owner_id": owner_id, "team": team}
