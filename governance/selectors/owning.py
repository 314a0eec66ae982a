"""What somebody owns by the roles they hold now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from esm.common import clock
from governance.blueprint import kinds
from governance.models import RoleAssignment
from governance.selectors.people import Account, person_for
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True, slots=True)
class Owned:
    """Keys of the services and value streams whose owner somebody is.

    ``held`` are the roles themselves: (role, kind of the focus, key of the focus), empty without.
    """

    services: frozenset[str] = frozenset()
    streams: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str, str]] = frozenset()


def owned_by(user: Account) -> Owned:
    """What the version in force has this account's person answer for; one query."""
    person, version = person_for(user), published()
    if person is None or version is None:
        return Owned()
    rows = RoleAssignment.objects.filter(
        person_id=person.pk, person__active=True, valid__contains=clock.now()
    )
    held = set(rows.values_list("role__key", "focus_kind", "focus_key"))
    if not held:
        return Owned()
    bp = blueprint(version)
    services = {
        key
        for key, spec in bp.find(kinds.Service).items()
        if _holds(held, str(spec.owner_role), "department", str(spec.department))
    }
    streams = {
        key
        for key, spec in bp.find(kinds.ValueStream).items()
        if spec.owner_role and _holds(held, str(spec.owner_role), "stream", key)
    }
    return Owned(frozenset(services), frozenset(streams), frozenset(held))


def _holds(held: Collection[tuple[str, str, str]], role: str, kind: str, key: str) -> bool:
    """A role held without a focus holds everywhere."""
    return (role, "", "") in held or (role, kind, key) in held


def holds(person_id: int | None, role: str, at: datetime) -> bool:
    """Whether somebody holds a role at a moment; one query."""
    rows = RoleAssignment.objects.filter(role__key=role, person=person_id, valid__contains=at)
    return bool(person_id) and rows.exists()
