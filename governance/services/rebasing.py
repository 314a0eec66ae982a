"""A draft brought up to the version that came into force since it began."""

from dataclasses import dataclass

from django.db import transaction

from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing.rebasing import Chosen, Content, rebase
from governance.blueprint.elements import Element, ElementId
from governance.blueprint.serialise import build_spec
from governance.event_types import ModelRebased
from governance.locks import lock_versions
from governance.models import ModelElement, ModelVersion
from governance.policies import Scope, require
from governance.selectors.versions import blueprint, load_blueprint
from governance.services.drafting import row_of

State = ModelVersion.State


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody chose on: the content of the draft, and the version it is brought up to."""

    draft: bytes
    onto: int


def rebase_draft(
    version: ModelVersion, *, chosen: Chosen, seen: Seen, actor: Actor
) -> ModelVersion:
    """Bring a draft up to what is in force: what one side changed is kept, what both did is chosen.

    Raises NotAllowed, InvalidState where there is nothing to be brought up to, Conflict where the
    draft or what is in force is no longer what was ``seen``, and Invalid where a choice is missing
    or cannot be stored. All or nothing is written.
    """
    with transaction.atomic():
        locked = lock_versions()
        require(actor, "model.edit", Scope())
        version = locked[version.pk]
        former, onto = _both(version, locked)
        mine = load_blueprint(version.pk)
        if onto.pk != seen.onto or mine.content_hash != seen.draft:
            raise Conflict(
                f"{version.code} or what is in force changed meanwhile; look at it again."
            )
        found = rebase(blueprint(former), mine, blueprint(onto))
        if missing := found.open_choices(chosen):
            raise Invalid(f"Choose what counts of each of the {len(missing)} that are open.")
        try:
            edits = found.edits(chosen)
        except ValueError as error:
            raise Invalid(
                "What was chosen does not fit together; choose one side of that element."
            ) from error
        changes = _write(version, mine, edits)
        version.based_on = onto
        version.save(update_fields=["based_on"])
        event = ModelRebased(
            version=version.code, former=former.code, based_on=onto.code, changes=changes
        )
        ledger.record(version, [event], actor=actor)
        return version


def _both(
    version: ModelVersion, locked: dict[int, ModelVersion]
) -> tuple[ModelVersion, ModelVersion]:
    """What a draft began from, and what is in force now."""
    if version.state != State.DRAFT:
        raise InvalidState(f"{version.code} is {version.get_state_display()} and does not change.")
    onto = next((one for one in locked.values() if one.state == State.PUBLISHED), None)
    former = locked.get(version.based_on_id or 0)
    if onto is None or former is None or former.pk == onto.pk:
        raise InvalidState(f"{version.code} is based on what is in force already.")
    return former, onto


def _write(
    version: ModelVersion, mine: Blueprint, edits: dict[ElementId, Content | None]
) -> list[dict[str, str]]:
    """Replace what changes; kind, key and how, in the order of elements."""
    changes, rows = [], []
    for (kind, key), content in sorted(edits.items()):
        there = (kind, key) in mine
        if there:
            ModelElement.objects.filter(version=version, kind=kind, key=key).delete()
        if content is not None:
            spec = build_spec(kind, content)
            element = Element(kind, key, type(spec).schema_version, spec)
            rows.append(row_of(version, element))
        how = "added" if not there else "removed" if content is None else "changed"
        changes.append({"kind": kind, "key": key, "change": how})
    ModelElement.objects.bulk_create(rows, batch_size=500)
    return changes
