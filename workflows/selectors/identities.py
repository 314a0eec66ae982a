"""Identity rows by key; they are never deleted, so a process may remember them.

Their names change by publication alone: what is remembered is dropped when this process hears of
another version in force, which pages ask for every few seconds.
"""

from typing import Any, TypeVar

from django.db.models import Model

from governance.models import Department, Team
from governance.selectors import people, versions

Row = TypeVar("Row", bound=Model)

_teams: dict[str, Team] = {}
_rows: dict[tuple[type[Model], int], Any] = {}
_keyed: dict[tuple[type[Model], str], Any] = {}
_known: list[int | None] = [None]


def forget() -> None:
    """Drop what is remembered; a publication may have moved a team."""
    _teams.clear()
    _rows.clear()
    _keyed.clear()


def _renew() -> None:
    """Forget what was remembered under another version; no news is no reason."""
    version = versions.last_known()
    if version is not None and version != _known[0]:
        forget()
        _known[0] = version


def team(key: str) -> Team:
    """The team with this key, with its department."""
    _renew()
    found = _teams.get(key)
    if found is None:
        found = Team.objects.select_related("department").get(key=key)
        _teams[key] = found
    return found


def keyed(model: type[Row], key: str) -> Row:
    """An identity row by key, as ``row`` finds it by id."""
    _renew()
    found: Row | None = _keyed.get((model, key))
    if found is None:
        found = model._default_manager.get(key=key)
        _keyed[model, key] = found
    return found


def row(model: type[Row], pk: int) -> Row:
    """An identity row by id; names may be some seconds old, keys and ids never change."""
    _renew()
    found: Row | None = _rows.get((model, pk))
    if found is None:
        rows = model._default_manager.all()
        if model is Team:
            rows = rows.select_related("department")
        found = rows.get(pk=pk)
        _rows[model, pk] = found
    return found


def attach(instance: Model, *names: str) -> None:
    """Set foreign keys of a row to remembered identity rows, without a query."""
    for name in names:
        target = instance._meta.get_field(name)
        pk = getattr(instance, target.attname)  # type: ignore[union-attr]
        if pk is not None:
            setattr(instance, name, row(target.related_model, pk))  # type: ignore[union-attr,arg-type]


def department_of(person_id: int) -> Department | None:
    """Where a person works now: the department of the team they lead, else of their first one."""
    found = people.department_id_of(person_id)
    return row(Department, found) if found is not None else None
