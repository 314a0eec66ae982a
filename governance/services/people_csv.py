"""People from CSV: kept, looked at, applied in one transaction; and written out again.

Applying the same file again changes nothing. Rows are written set-based: the number of statements
does not grow with the file, except for people who leave.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.common.tables import Table, read_table, write_table
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.event_types import (
    PersonChanged,
    PersonCreated,
    PersonJoined,
    PersonLeft,
    RoleAssigned,
)
from governance.locks import lock_import, lock_persons
from governance.models import Membership, PeopleImport, Person, RoleAssignment
from governance.policies import Scope, require
from governance.selectors.versions import published
from governance.services import leaving
from governance.services.csv_columns import Columns, guess
from governance.services.csv_plan import Plan, RowPlan, plan_people
from governance.services.csv_skills import Confirmed, cell_of, skills_by_person
from governance.services.periods import begins, end_row, ends, period
from governance.services.reasons import with_reason

KEPT = timedelta(days=7)
# What rows say of teams, roles and skills, which come with the first model in force.
OF_THE_MODEL = ("department", "team", "lead", "role", "skills")
HEADER = ("key", "name", "mail", "department", "team", "lead", "role", "skills", "zone", "active")


@dataclass(frozen=True, slots=True)
class Looked:
    """A file as it was read, what its columns mean, and what it would do; None until they fit."""

    table: Table
    columns: Columns
    plan: Plan | None
    wrong: str = ""


def keep_file(content: bytes, *, file_name: str, user: User, actor: Actor) -> PeopleImport:
    """Keep an uploaded file to look at. Raises NotAllowed, Invalid, TooLarge."""
    require(actor, "people.edit", Scope())
    table = read_table(content)
    # What nobody applied holds names and addresses: it goes after some days.
    old = PeopleImport.objects.filter(applied_at=None, created_at__lt=clock.now() - KEPT)
    old.delete()
    name = "".join(c for c in file_name if c.isprintable())[-200:] or "people.csv"
    return PeopleImport.objects.create(
        user=user, file_name=name, content=content, columns=_known(guess(table.columns))
    )


def _known(columns: Columns) -> Columns:
    """Without what only a model in force can name: the same file gives it later."""
    if published() is not None:
        return columns
    return {meaning: name for meaning, name in columns.items() if meaning not in OF_THE_MODEL}


def look(content: bytes, columns: Columns | None = None, *, actor: Actor) -> Looked:
    """What a file would do; nothing is changed. Raises NotAllowed, Invalid, TooLarge."""
    require(actor, "people.edit", Scope())
    table = read_table(content)
    columns = guess(table.columns) if columns is None else columns
    try:
        return Looked(table, columns, plan_people(table, columns, own_id=actor.person_id))
    except Invalid as refused:
        return Looked(table, columns, None, refused.sentence)


def apply_import(pk: int, *, columns: Columns, mark: str, actor: Actor) -> PeopleImport:
    """Apply a kept file as it was looked at: ``mark`` is that of the plan that was shown.

    Raises NotAllowed, NotFound, Invalid, InvalidState when it was applied before, Conflict when
    somebody changed people in the meantime.
    """
    with transaction.atomic():
        row = lock_import(pk)
        require(actor, "people.edit", Scope())
        if row.content is None:
            raise InvalidState("This file was applied already.")
        plan = apply_content(
            bytes(row.content), columns, mark=mark, reason=f"File {row.file_name}", actor=actor
        )
        row.result = [f"{one.name}: {'; '.join(one.words)}" for one in plan.changes]
        row.content, row.columns, row.applied_at = None, columns, clock.now()
        row.save(update_fields=["result", "content", "columns", "applied_at"])
        return row


def apply_content(
    content: bytes,
    columns: Columns | None = None,
    *,
    mark: str = "",
    reason: str = "",
    actor: Actor,
) -> Plan:
    """Apply a file in one transaction; nothing of it when a row is wrong.

    Raises NotAllowed, Invalid, TooLarge, Conflict.
    """
    with transaction.atomic():
        found = look(content, columns, actor=actor)
        if found.plan is None:
            raise Invalid(found.wrong, {"columns": [found.wrong]})
        _close(found.plan, reason, actor)
        persons = lock_persons(_ids(found.plan))
        # Under the lock the plan is made again: nobody can change these people now.
        plan = plan_people(found.table, found.columns, own_id=actor.person_id)
        if mark and found.plan.mark != mark:
            raise Conflict("People changed in the meantime: look at the file again.")
        wrong = [f"Line {row.line}: {said}" for row in found.plan.rows for said in row.wrong]
        if wrong:
            raise Invalid(f"{len(wrong)} errors; nothing was changed.", {"file": wrong[:50]})
        _write(plan, persons, reason, actor)
        return found.plan


def _ids(plan: Plan) -> list[int]:
    return [row.person.pk for row in plan.changes if row.person is not None and not row.closes]


def _close(plan: Plan, reason: str, actor: Actor) -> None:
    """People who leave: what they work on is locked before any person."""
    for row in plan.rows:
        if row.kind == "ended" and row.person is not None:
            leaving.deactivate_person(row.person, reason=reason, actor=actor)


def _write(plan: Plan, persons: dict[int, Person], reason: str, actor: Actor) -> None:
    rows = [row for row in plan.changes if not row.closes]
    made = Person.objects.bulk_create(Person(**row.new) for row in rows if row.new is not None)
    persons |= lock_persons(person.pk for person in made)
    new = iter(made)
    events: dict[int, list[DomainEvent]] = defaultdict(list)
    works: list[Membership] = []
    held: list[RoleAssignment] = []
    able = Confirmed()
    for row in rows:
        pk = next(new).pk if row.person is None else row.person.pk
        person = persons[pk]
        events[pk] += _fields(person, row, reason)
        events[pk] += _teams(person, row, works)
        events[pk] += _roles(person, row, held)
        events[pk] += able.confirm(person, row.skills, actor)
    changed = [persons[row.person.pk] for row in rows if row.person is not None and row.changed]
    Person.objects.bulk_update(changed, ["name", "email", "zone"])
    Membership.objects.bulk_create(works)
    RoleAssignment.objects.bulk_create(held)
    able.write()
    entries = [ledger.Entry(persons[pk], found) for pk, found in events.items() if found]
    ledger.record_many(entries, actor=actor)


def _fields(person: Person, row: RowPlan, reason: str) -> list[DomainEvent]:
    if row.new is not None:
        private = with_reason(reason, name=person.name, email=person.email)
        return [PersonCreated(person=person.ref, private=private)]
    for name, value in row.changed.items():
        setattr(person, name, value)
    if not row.changed:
        return []
    private = with_reason(reason, **row.changed)
    return [PersonChanged(person=person.ref, fields=sorted(row.changed), private=private)]


def _teams(person: Person, row: RowPlan, works: list[Membership]) -> list[DomainEvent]:
    events: list[DomainEvent] = []
    for membership in row.leaves:
        at = end_row(membership, clock.now(), "")
        events.append(
            PersonLeft(person=person.ref, team=membership.team.key, valid_until=_text(at))
        )
    for membership, lead, until in row.moved:
        membership.is_lead = lead
        membership.valid = period(membership.valid.lower, until)
        membership.save(update_fields=["is_lead", "valid"])
        events.append(_joined(person, membership))
    for team, lead, since, until in row.joins:
        new = Membership(person=person, team=team, is_lead=lead, valid=period(since, until))
        works.append(new)
        events.append(_joined(person, new))
    return events


def _text(at: Any) -> str:
    return ends(period(None, at)) or ""


def _joined(person: Person, row: Membership) -> PersonJoined:
    return PersonJoined(
        person=person.ref,
        team=row.team.key,
        lead=row.is_lead,
        valid_from=begins(row.valid),
        valid_until=ends(row.valid),
    )


def _roles(person: Person, row: RowPlan, held: list[RoleAssignment]) -> list[DomainEvent]:
    events: list[DomainEvent] = []
    for role, kind, key, since, until in row.gives:
        valid = period(since, until)
        held.append(
            RoleAssignment(person=person, role=role, focus_kind=kind, focus_key=key, valid=valid)
        )
        events.append(
            RoleAssigned(
                person=person.ref,
                role_key=role.key,
                focus_kind=kind,
                focus=key,
                valid_from=begins(valid),
                valid_until=ends(valid),
            )
        )
    return events


def export_people() -> str:
    """Everybody as CSV that can be read in again; cells that would be formulas are neutralised."""
    now = clock.now()
    works: dict[int, list[Membership]] = defaultdict(list)
    current = Membership.objects.filter(valid__contains=now)
    for row in current.select_related("team__department").order_by("team__name", "pk"):
        works[row.person_id].append(row)
    held: dict[int, list[str]] = defaultdict(list)
    for holding in RoleAssignment.objects.filter(valid__contains=now).select_related("role"):
        held[holding.person_id].append(holding.role.name)
    able = skills_by_person()
    return write_table(
        HEADER,
        (
            _cells(person, works[person.pk], held[person.pk], able.get(person.pk, []))
            for person in _everybody()
        ),
    )


def _everybody() -> Any:
    return Person.objects.order_by("name", "pk").iterator()


def _cells(
    person: Person, works: list[Membership], held: list[str], able: list[tuple[str, int]]
) -> list[str]:
    departments = list(dict.fromkeys(row.team.department.name for row in works))
    return [
        person.key,
        person.name,
        person.email,
        departments[0] if len(departments) == 1 else "",
        "; ".join(row.team.name for row in works),
        "; ".join(row.team.name for row in works if row.is_lead) or "no",
        "; ".join(sorted(set(held))),
        cell_of(able),
        person.zone,
        "yes" if person.active else "no",
    ]
