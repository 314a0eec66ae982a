"""The people of the demo as the sign-in page shows them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from demo import world
from esm.accounts.models import User
from esm.accounts.registries import Persona
from esm.common import clock
from governance.models import Membership, RoleAssignment

GENERIC = "generic"


@lru_cache(maxsize=4)
def hints(directory: Path = world.HERE) -> dict[str, str]:
    """What each account is good for, by user name, in the order in which they are offered."""
    text = (directory / world.scenario_of(directory).personas).read_text()
    found: dict[str, str] = yaml.safe_load(text)
    return found


def describe(user_ids: Sequence[int]) -> Mapping[int, Persona]:
    """A description of each account that a person stands behind; three queries."""
    now = clock.now()
    users = User.objects.filter(pk__in=user_ids, persons__active=True)
    rows = list(users.values_list("pk", "username", "persons__pk", "persons__name"))
    persons = {person for _, _, person, _ in rows}
    teams = Membership.objects.filter(person_id__in=persons, valid__contains=now)
    slots = {
        row.person_id: row.team.department.slot
        for row in teams.select_related("team__department").order_by("is_lead", "-pk")
    }
    holdings = RoleAssignment.objects.filter(person_id__in=persons, valid__contains=now)
    roles: dict[int, tuple[bool, str]] = {}
    for row in holdings.select_related("role").order_by("pk"):
        mine = (row.role.category == GENERIC, row.role.name)
        # Their own role stands before one that everybody in their place has.
        if row.person_id not in roles or mine[0] < roles[row.person_id][0]:
            roles[row.person_id] = mine
    known = hints()
    order = {name: place for place, name in enumerate(known)}
    return {
        user: Persona(
            key=username,
            name=name,
            role=roles.get(person, (True, ""))[1],
            slot=str(slots.get(person) or "n"),
            does=known.get(username, ""),
            order=order.get(username, len(order)),
        )
        for user, username, person, name in rows
    }
