"""Identity rows by key; they are never deleted, so a process may remember them."""

from typing import Any, TypeVar

from django.db.models import Model

from governance.models import Department, Team
from governance.selectors import people

Row = TypeVar("Row", bound=Model)

_teams: dict[str, Team] = {}
_rows: dict[tuple[type[Model], int], Any] = {}
_keyed: dict[tuple[type[Model], str], Any] = {}


def forget() -> None:
    """Drop what is remembered; a publication may have moved a team."""
    _teams.clear()
    _rows.clear()
    _keyed.clear()


def team(key: str) -> Team:
    """The team with this key, with its department."""
    found = _teams.get(key)
    if found is None:
        found = Team.objects.select_related("department").get(key=key)
        _teams[key] = found
    return found


def keyed(model: type[Row], key: str) -> Row:
    """An identity row by key, as ``row`` finds it by id."""
    found: Row | None = _keyed.get((model, key))
    if found is None:
        found = model._default_manager.get(key=key)
        _keyed[model, key] = found
    return found


def row(model: type[Row], pk: int) -> Row:
    """An identity row by id; names may be a publication old, keys and ids never change."""
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
