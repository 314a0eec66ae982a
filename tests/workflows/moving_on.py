"""What tests of moved requests share: another version of the model, and a request's whole state."""

import json
from collections.abc import Callable
from typing import Any

from django.forms.models import model_to_dict

from esm.common import invariants
from esm.events.actors import SYSTEM
from governance.models import Decision, ModelVersion
from governance.selectors import versions
from governance.services import drafting, publishing
from workflows.models import Request
from workflows.selectors import calendars, identities

FLOW, OFFER = "contract-to-signature", "contract-review"
Change = Callable[[dict[str, Any]], None]


def draft(number: int, changes: dict[tuple[str, str], Change | None]) -> ModelVersion:
    """A draft that begins as what is in force, with some elements changed or taken away."""
    base = versions.published()
    assert base is not None
    made = drafting.create_draft(
        number=number, code=f"OM-{number}", kind="as_is", based_on=base, actor=SYSTEM
    )
    bp, edits = versions.load_blueprint(base.pk), []
    rows = made.elements.values_list("kind", "key", "content_hash")
    hashes = {(kind, key): bytes(mark) for kind, key, mark in rows}
    for (kind, key), change in changes.items():
        spec = None
        if change is not None:
            spec = bp.get(kind, key).model_dump(mode="json")
            change(spec)
        edits.append(drafting.Edit(kind, key, spec, hashes[kind, key]))
    drafting.edit_elements(made, edits, actor=SYSTEM)
    return made


def put_in_force(version: ModelVersion) -> ModelVersion:
    """Publish it, and forget what was remembered of the one before."""
    found = publishing.publish(version, actor=SYSTEM)
    identities.forget()
    calendars.forget()
    return found


def stage(spec: dict[str, Any], key: str) -> dict[str, Any]:
    """One stage of the content of a workflow."""
    return next(one for one in spec["stages"] if one["key"] == key)


def renamed(old: str, new: str) -> dict[tuple[str, str], Change | None]:
    """The same model with another key for one stage, wherever it is named."""
    base = versions.published()
    assert base is not None
    bp = versions.load_blueprint(base.pk)

    def change(spec: dict[str, Any]) -> None:
        text = json.dumps(spec).replace(f'"{old}"', f'"{new}"')
        spec.update(json.loads(text))

    naming = ("Workflow", "HandoffAgreement", "Offering", "Measure", "Control", "Technology")
    return {one: change for one in bp.ids() if one[0] in naming and f'"{old}"' in bp.text(*one)}


def state_of(request: Request) -> dict[str, Any]:
    """All of a request that a move could touch, as plain values."""
    request.refresh_from_db()
    volatile = {"chain_seq", "chain_hash"}
    whole = {k: v for k, v in model_to_dict(request).items() if k not in volatile}
    return {
        "request": whole,
        "visits": list(request.visits.order_by("seq").values()),
        "handoffs": list(request.handoffs.order_by("seq").values()),
        "clocks": list(request.clocks.order_by("seq").values()),
        "decisions": list(Decision.objects.filter(subject_id=request.pk).order_by("seq").values()),
    }


# All but those of whole versions and of the ledger, which no move touches and which take long.
MOVED = ("I1", "I2", "I3", "I7", "I8", "I10", "I11", "I13", "I14", "M3", "M7", "M9", "M12", "Q1",
         "Q2", "Q3")  # fmt: skip


def sound() -> None:
    """Every invariant of running work holds."""
    checks = [one for one in invariants.invariants() if one.key in MOVED]
    found = {one.key: invariants.violations(one) for one in checks}
    assert found == {key: [] for key in found}
