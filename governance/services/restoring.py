"""An older version is brought back as a new one: a copy of it that goes the usual way."""

from django.db import transaction
from django.db.models import Max

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance.locks import lock_versions
from governance.models import ModelVersion
from governance.policies import Scope, require
from governance.services import drafting

State = ModelVersion.State
MAX_REASON = 2000


def restore(version: ModelVersion, *, reason: str, actor: Actor) -> ModelVersion:
    """A draft that holds what a retired version held, based on what is in force now.

    What it was copied from is on record, and so is why. Raises NotAllowed, InvalidState for a
    version that was never in force or still is, Invalid without a reason.
    """
    reason = reason.replace("\x00", "").strip()
    if not reason or len(reason) > MAX_REASON:
        sentence = f"Say in at most {MAX_REASON:,} characters why it is brought back."
        raise Invalid(sentence, {"reason": [sentence]})
    with transaction.atomic():
        locked = lock_versions()
        require(actor, "model.edit", Scope())
        old = locked[version.pk]
        former = next((v for v in locked.values() if v.state == State.PUBLISHED), None)
        if old.state != State.RETIRED or former is None:
            raise InvalidState(
                f"{old.code} is {old.get_state_display()}; only what was in force before is"
                " brought back.",
                allowed=[],
            )
        last = ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0
        return drafting.create_draft(
            number=last + 1,
            code=f"OM-{last + 1}",
            title=f"Back to {old.code}"[:200],
            based_on=former,
            restores=old,
            release_note=reason,
            actor=actor,
        )
