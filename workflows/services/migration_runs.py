"""Moves all that runs in a workflow to the version in force, as far as nobody has to decide.

A run is cut into pieces, each a delivery and a transaction of its own, so that nothing grows with
the organisation. Where a version comes into force and its policy says so, the run begins by itself.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events import registry as events
from esm.events.actors import SYSTEM, Actor
from esm.events.registry import EventRow, Outgoing
from esm.events.services import ledger, outbox
from governance import policies
from governance.locks import lock_version
from governance.models import InFlightPolicy, ModelVersion
from governance.policies import Scope
from governance.selectors import versions
from governance.services import in_flight
from workflows.event_types.moving import ModelMigrationBegun
from workflows.models import MigrationRun, Request
from workflows.selectors import migrating as selected
from workflows.selectors import running_page
from workflows.services import migrating

PIECE = 50
MOVE = "workflows.migrate"


def register() -> None:
    """Called once at start."""
    events.register_sender(MOVE, move_piece, "outbox")
    events.subscribe(["model.published"], "workflows.in_flight", on_published)


def choose_policy(
    version: ModelVersion,
    workflow: str,
    *,
    policy: str,
    mapping: Mapping[str, str],
    actor: Actor,
) -> InFlightPolicy:
    """Say what becomes of what runs in a workflow when a version is in force.

    Where it moves, every step of today that the version does not have needs one at which its work
    goes on. Raises Invalid with those that have none; else as ``in_flight.choose_policy``.
    """
    if policy == InFlightPolicy.Policy.MIGRATE:
        missing = {
            f"step-{choice.key}": [f"Choose the step at which the work of “{choice.name}” goes on."]
            for choice in running_page.choices_now(version, workflow)
            if choice.options and not mapping.get(choice.key)
        }
        if missing:
            raise Invalid(next(iter(missing.values()))[0], missing)
    return in_flight.choose_policy(version, workflow, policy=policy, mapping=mapping, actor=actor)


def migrate_safe(
    workflow: str, *, mapping: Mapping[str, str] | None = None, actor: Actor
) -> MigrationRun:
    """Begin to move what runs in a workflow to the version in force.

    Without ``mapping`` that of the policy counts. Raises NotAllowed, InvalidState where nothing is
    in force, nothing runs elsewhere or a run is under way.
    """
    version = versions.published()
    if version is None:
        raise InvalidState("Nothing is in force, so nothing can follow it.")
    with transaction.atomic():
        version = lock_version(version.pk)
        policies.require(actor, "model.move", Scope())
        return _begin(version, workflow, mapping, actor)


def _begin(
    version: ModelVersion, workflow: str, mapping: Mapping[str, str] | None, actor: Actor
) -> MigrationRun:
    if version.state != ModelVersion.State.PUBLISHED:
        raise InvalidState(f"{version.code} is not in force, so nothing moves to it now.")
    chosen = InFlightPolicy.objects.filter(version=version, workflow_key=workflow).first()
    if mapping is None:
        mapping = chosen.mapping if chosen is not None else {}
    open_runs = MigrationRun.objects.filter(version=version, workflow_key=workflow, ended_at=None)
    if open_runs.exists():
        raise InvalidState("These requests are being moved already; wait until that is done.")
    rows = selected.running(workflow, but=version)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise InvalidState("No request of this workflow follows another version.")
    pieces = [ids[n : n + PIECE] for n in range(0, len(ids), PIECE)]
    by = actor.person_id or (chosen.chosen_by_id if chosen is not None else None)
    run = MigrationRun.objects.create(
        version=version,
        workflow_key=workflow,
        mapping=dict(mapping),
        started_at=clock.now(),
        started_by_id=by,
        total=len(ids),
        pieces=len(pieces),
    )
    begun = ModelMigrationBegun(
        version=version.code, workflow=workflow, mapping=dict(mapping), requests=len(ids)
    )
    ledger.record(version, [begun], actor=actor)
    outbox.enqueue(MOVE, [f"{run.pk} {found[0]} {found[-1]}" for found in pieces])
    return run


def on_published(event: EventRow) -> None:
    """A version came into force: what is to move to it begins to."""
    version = ModelVersion.objects.filter(code=event.data["version"]).first()
    if version is None or version.state != ModelVersion.State.PUBLISHED:
        return
    chosen = InFlightPolicy.objects.filter(version=version, policy=InFlightPolicy.Policy.MIGRATE)
    for policy in chosen.order_by("workflow_key"):
        with transaction.atomic():
            locked = lock_version(version.pk)
            rows = selected.running(policy.workflow_key, but=version)
            if rows.exists():
                _begin(locked, policy.workflow_key, None, SYSTEM)


def move_piece(one: Outgoing) -> None:
    """Move the requests of one piece that can be moved without anybody deciding anything."""
    number, first, last = (int(part) for part in one.item.split(" "))
    with transaction.atomic():
        run = MigrationRun.objects.select_related("version").get(pk=number)
        rows = Request.objects.filter(pk__gte=first, pk__lte=last, workflow_key=run.workflow_key)
        rows = rows.filter(is_open=True).exclude(version=run.version)
        moved = kept = 0
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            if _moved(pk, run):
                moved += 1
            else:
                kept += 1
        done = MigrationRun.objects.filter(pk=run.pk)
        done.update(moved=F("moved") + moved, kept=F("kept") + kept, pieces=F("pieces") - 1)
        done.filter(pieces=0).update(ended_at=clock.now())


def _moved(pk: int, run: MigrationRun) -> bool:
    """Move one; False where somebody has to decide, or it went on or ended meanwhile."""
    try:
        migrating.migrate_request(pk, mapping=run.mapping, run=run, actor=SYSTEM)
    except (Invalid, InvalidState):
        return False
    return True
