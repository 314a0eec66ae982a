"""What an account is at this moment, in one query: person, teams, roles, and the departments."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from esm.accounts.models import User
from esm.common import clock
from governance.models import Department, Membership, Person, Role, RoleAssignment, Team

Row = TypeVar("Row", bound=models.Model)

# Fields that are the same after a way through JSON; the others of a row are read when asked for.
_PLAIN = (
    models.IntegerField,
    models.CharField,
    models.TextField,
    models.BooleanField,
    models.ForeignKey,
)

# Stand for the account and the moment in the statement that is kept.
_PK, _AT = -7_301, datetime(1901, 1, 1, 0, 0, 0, 7_301, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person with the teams and roles of this moment; ``above`` holds every department."""

    person: Person
    works: tuple[tuple[Team, bool], ...]  # (team, leads it), those they lead first
    roles: tuple[Role, ...]
    above: Mapping[int, int | None]  # each department with the one it is a part of
    heads: tuple[str, ...] = ()  # keys of the departments in which they hold a role

    @property
    def teams(self) -> list[Team]:
        """Teams with their departments; those they lead come first."""
        return [team for team, _ in self.works]


def of_account(user: User) -> Standing | None:
    """The standing of an account's person; None for accounts of nobody. One query."""
    found = account(user.pk)
    known: Standing | None = None if found is None else found.__dict__["_standing"]
    return known


def account(pk: int) -> User | None:
    """An account with the standing of its person at hand; one query."""
    sql, given = _compiled()
    now = clock.now()
    values = [{_PK: pk, _AT: now}.get(value, value) for value in given]
    user = next(iter(User.objects.raw(sql, values)), None)
    if user is not None:
        text = user.__dict__.pop("stands")
        remember(user, _standing(json.loads(text) if text else None))
    return user


@functools.cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    """The statement of ``account`` with its values, once for the process.

    Every web request asks it, and to build it costs more than to answer it.
    """
    people = Person.objects.filter(users=OuterRef("pk"), active=True)
    rows = User.objects.filter(pk=_PK).annotate(stands=Subquery(_rows(people, _AT)))
    sql, given = rows.order_by().query.sql_with_params()
    return sql, tuple(given)


def remember(user: Any, standing: Standing | None) -> None:
    """Keep it on the object of one web request; nobody is asked for again."""
    user.__dict__["_standing"] = standing


def _rows(people: QuerySet[Person], at: datetime) -> QuerySet[Person, Any]:
    works = Membership.objects.filter(person=OuterRef("pk"), valid__contains=at)
    held = RoleAssignment.objects.filter(person=OuterRef("pk"), valid__contains=at)
    parts = Department.objects.order_by("pk").values_list(JSONObject(id="pk", above="parent_id"))
    team = JSONObject(**_fields(Team, "team__"))
    of = JSONObject(**_fields(Department, "team__department__"))
    row = JSONObject(
        person=JSONObject(**_fields(Person)),
        works=ArraySubquery(
            works.order_by("-is_lead", "pk").values_list(
                JSONObject(leads="is_lead", team=team, department=of)
            )
        ),
        roles=ArraySubquery(held.order_by("pk").values_list(JSONObject(**_fields(Role, "role__")))),
        parts=ArraySubquery(parts),
        heads=ArraySubquery(
            held.filter(focus_kind="department").order_by("pk").values_list("focus_key")
        ),
    )
    return people.order_by("pk").values_list(row, flat=True)[:1]


def _fields(model: type[models.Model], path: str = "") -> dict[str, str]:
    plain = [f for f in model._meta.concrete_fields if isinstance(f, _PLAIN)]
    return {field.attname: f"{path}{field.attname}" for field in plain}


def _standing(row: Mapping[str, Any] | None) -> Standing | None:
    if row is None:
        return None
    works = []
    for work in row["works"]:
        team = _row(Team, work["team"])
        team.department = _row(Department, work["department"])
        works.append((team, bool(work["leads"])))
    return Standing(
        person=_row(Person, row["person"]),
        works=tuple(works),
        roles=tuple(_row(Role, role) for role in row["roles"]),
        above={part["id"]: part["above"] for part in row["parts"]},
        heads=tuple(row["heads"]),
    )


def _row(model: type[Row], values: Mapping[str, Any]) -> Row:
    """The row these plain fields belong to."""
    names = [f.attname for f in model._meta.concrete_fields if f.attname in values]
    return model.from_db(connection.alias, names, [values[name] for name in names])
