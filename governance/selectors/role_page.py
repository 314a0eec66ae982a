"""Roles and who holds them: the list with its vacancies, and one role with its holders."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from esm.accounts.models import ServiceAccount
from esm.common import clock
from esm.common.errors import NotFound
from governance import registries
from governance.models import ModelVersion, Role, RoleAssignment
from governance.selectors.person_page import Dated, focus_names, vacant_among, when
from governance.selectors.roles import stand_ins
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role with who holds it now; ``least`` is how many the model asks for."""

    role: Role
    holders: list[RoleAssignment]
    programs: list[str]
    least: int

    @property
    def vacant(self) -> bool:
        """Nobody holds it though somebody should."""
        return self.least > 0 and not self.holders and not self.programs

    @property
    def short(self) -> bool:
        """Some hold it, but fewer than the model asks for."""
        return bool(self.holders) and len({row.person_id for row in self.holders}) < self.least


def role_rows() -> list[RoleRow]:
    """All roles that can be held, vacant ones first; four queries. There are few."""
    current = RoleAssignment.objects.filter(valid__contains=clock.now(), person__active=True)
    current = current.select_related("person").order_by("focus_kind", "person__name", "pk")
    rows = Role.objects.filter(retired_at=None).select_related("department")
    rows = rows.prefetch_related(Prefetch("assignments", queryset=current, to_attr="held_now"))
    least, acting = _least(published()), programs()
    found = [
        RoleRow(row, row.held_now, acting.get(row.key, []), least.get(row.key, 1))  # type: ignore[attr-defined]
        for row in rows
    ]
    return sorted(found, key=lambda row: (not row.vacant, row.role.name, row.role.pk))


def programs() -> dict[str, list[str]]:
    """Names of the programs that act in a role, by its key; one query."""
    found: dict[str, list[str]] = {}
    for key, name in ServiceAccount.objects.filter(active=True).values_list("role_key", "name"):
        found.setdefault(key, []).append(name)
    return found


def _least(version: ModelVersion | None) -> dict[str, int]:
    if version is None:
        return {}
    return {key: spec.min_holders for key, spec in blueprint(version).find("Role").items()}


def role_by_key(key: str) -> Role:
    """One role. Raises NotFound."""
    role = Role.objects.select_related("department").filter(key=key).first()
    if role is None:
        raise NotFound("There is no such role.")
    return role


def holders_of(role: Role) -> list[Dated]:
    """Holdings of now and of later, then the last of before."""
    now = clock.now()
    rows = RoleAssignment.objects.filter(role=role).select_related("person")
    here = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=now)
    found = list(rows.filter(here).order_by("person__name", "pk"))
    found += list(rows.exclude(here).order_by("-valid__endswith", "pk")[:10])
    names = focus_names(found)
    return [Dated(row, when(row, now), names[row.pk]) for row in found]


def away_now(rows: Iterable[Dated]) -> dict[int, str]:
    """Who of the holders of now is away: the name of who stands in, or nothing."""
    ids = [one.row.person_id for one in rows if one.when == "now"]
    found = stand_ins(ids, clock.now()) if ids else {}
    return {pk: person.name if person else "" for pk, person in found.items()}


def focus_options(role: Role) -> list[tuple[str, str]]:
    """(key, name) of what a holding of this role can be narrowed to; empty without a focus."""
    model = registries.focus_models().get(role.focus)
    if model is None:
        return []
    rows = model.objects.filter(retired_at=None).order_by("name", "pk")
    return list(rows.values_list("key", "name"))


def vacant_without(row: RoleAssignment) -> bool:
    """Whether nobody else holds the role of a holding of now."""
    if when(row, clock.now()) != "now":
        return False
    return row.pk in vacant_among(row.person, [row])
