"""Who holds which role, from when until when."""

from datetime import datetime

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance import registries
from governance.event_types import RoleAssigned, RoleEnded
from governance.locks import lock_person, lock_role
from governance.models import Person, Role, RoleAssignment
from governance.policies import Scope, require
from governance.services.controls import on_record
from governance.services.controls_people import hold_assignment
from governance.services.delegations_ending import end_unheld
from governance.services.periods import begins, end_row, ends, period, same
from governance.services.reasons import with_reason

FOCUS_KINDS = ("", "department", "team", "stream")


@on_record
def assign_role(
    person: Person,
    role: Role,
    *,
    focus_kind: str = "",
    focus_key: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
    actor: Actor,
) -> RoleAssignment:
    """Somebody holds a role from ``since`` (default: now) until, not including, ``until``.

    A focus narrows it to a department, team or stream. Raises NotAllowed, Invalid, InvalidState
    for a retired role or a person who left, Conflict where a holding overlaps.
    """
    if focus_kind not in FOCUS_KINDS or bool(focus_kind) != bool(focus_key):
        raise Invalid(
            "A focus names a department, a team or a stream.",
            {"focus": ["Choose what the role is narrowed to, or nothing."]},
        )
    _must_exist(focus_kind, focus_key)
    with transaction.atomic():
        person = lock_person(person.pk)
        lock_role(role.pk)
        # Read once nobody else votes or ends anything: what begins or ends now follows on that.
        valid = period(since or clock.now(), until)
        require(actor, "role.give", Scope(holder_id=person.pk))
        if not person.active:
            raise InvalidState(f"{person.name} has left and can hold no role.")
        if role.retired_at is not None:
            raise InvalidState(f"The role {role.name} is retired.")
        held = RoleAssignment.objects.filter(
            role=role, person=person, focus_kind=focus_kind, focus_key=focus_key
        )
        if held.filter(valid__overlap=valid).exists():
            raise Conflict(f"{person.name} holds {role.name} in that time already.")
        passed = hold_assignment(
            person, role, valid, focus_kind=focus_kind, focus=focus_key, actor=actor
        )
        row = RoleAssignment.objects.create(
            role=role, person=person, focus_kind=focus_kind, focus_key=focus_key, valid=valid
        )
        event = RoleAssigned(
            person=person.ref,
            role_key=role.key,
            focus_kind=focus_kind,
            focus=focus_key,
            valid_from=begins(valid),
            valid_until=ends(valid),
            private=with_reason(reason),
        )
        ledger.record(person, [event, *passed], actor=actor)
        return row


def _must_exist(focus_kind: str, focus_key: str) -> None:
    model = registries.focus_models().get(focus_kind)
    if focus_kind and (model is None or not model.objects.filter(key=focus_key).exists()):
        said = f"There is no {focus_kind} {focus_key}."
        raise Invalid(said, {"focus": [said]})


@on_record
def set_assignment(
    person: Person,
    role: Role,
    *,
    focus_kind: str = "",
    focus_key: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    actor: Actor,
) -> bool:
    """Make one holding say exactly this; False when it does already.

    A row that overlaps is corrected, else one begins. Raises NotAllowed, Invalid, and Conflict
    where several overlap.
    """
    valid = period(since, until)
    with transaction.atomic():
        person = lock_person(person.pk)
        lock_role(role.pk)
        require(actor, "role.give", Scope(holder_id=person.pk))
        held = RoleAssignment.objects.filter(
            role=role, person=person, focus_kind=focus_kind, focus_key=focus_key
        )
        rows = list(held.filter(valid__overlap=valid))
        if len(rows) > 1:
            raise Conflict(f"{person.name} held {role.name} more than once in that time.")
        row = rows[0] if rows else RoleAssignment(role=role, person=person)
        if rows and same(row.valid, valid):
            return False
        passed = hold_assignment(
            person, role, valid, focus_kind=focus_kind, focus=focus_key, actor=actor
        )
        row.focus_kind, row.focus_key, row.valid = focus_kind, focus_key, valid
        row.save()
        event = RoleAssigned(
            person=person.ref,
            role_key=role.key,
            focus_kind=focus_kind,
            focus=focus_key,
            valid_from=begins(valid),
            valid_until=ends(valid),
        )
        ledger.record(person, [event, *passed], actor=actor)
        return True


def end_assignment(
    assignment: RoleAssignment, *, at: datetime | None = None, reason: str = "", actor: Actor
) -> RoleAssignment:
    """Somebody no longer holds a role from ``at`` (default: now); one ahead is taken back.

    Raises NotAllowed, Invalid, InvalidState, NotFound.
    """
    with transaction.atomic():
        person = lock_person(assignment.person_id)
        at = at or clock.now()
        row = RoleAssignment.objects.select_related("role").filter(pk=assignment.pk).first()
        if row is None:
            raise NotFound("This holding was taken back.")
        require(actor, "people.edit", Scope())
        over = f"{person.name} no longer held {row.role.name} before that."
        at = end_row(row, at, over)
        event = RoleEnded(
            person=person.ref,
            role_key=row.role.key,
            focus_kind=row.focus_kind,
            focus=row.focus_key,
            valid_until=moment_text(at),
            private=with_reason(reason),
        )
        ledger.record(person, [event, *end_unheld(person)], actor=actor)
        return row
