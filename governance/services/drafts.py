"""Drafts as people begin and give them up on pages."""

from django.db import transaction
from django.db.models import Max

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types import ModelDiscarded
from governance.locks import lock_version, lock_versions
from governance.models import ModelVersion
from governance.policies import Scope, require
from governance.services import drafting
from governance.services.reasons import with_reason

State = ModelVersion.State
MAX_TITLE = 200


def begin_draft(*, title: str, actor: Actor) -> ModelVersion:
    """A draft that holds what is in force, under the next free number.

    Where nothing is in force and no draft is begun it is the first, empty, and says what is found.
    Raises Invalid, NotAllowed, and InvalidState where there is such a draft already.
    """
    title = " ".join(title.replace("\x00", "").split())
    if not title or len(title) > MAX_TITLE:
        sentence = f"Say in at most {MAX_TITLE} characters what the draft is for."
        raise Invalid(sentence, {"title": [sentence]})
    with transaction.atomic():
        locked = lock_versions()
        require(actor, "model.edit", Scope())
        base = next((v for v in locked.values() if v.state == State.PUBLISHED), None)
        first = next((v for v in locked.values() if v.state != State.DISCARDED), None)
        if base is None and first is not None:
            raise InvalidState(f"Nothing is in force yet; go on in {first.code}, and publish it.")
        last = ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0
        return drafting.create_draft(
            number=last + 1,
            code=f"OM-{last + 1}",
            title=title,
            kind=ModelVersion.Kind.TO_BE if base else ModelVersion.Kind.AS_IS,
            based_on=base,
            actor=actor,
        )


def discard_draft(version: ModelVersion, *, reason: str = "", actor: Actor) -> ModelVersion:
    """Give a draft up: nobody reads or changes it any more, its number is not used again.

    Raises Invalid, NotAllowed, and InvalidState for what is no draft.
    """
    private = with_reason(reason)
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.edit", Scope())
        if version.state != State.DRAFT:
            raise InvalidState(
                f"{version.code} is {version.get_state_display()}; only drafts are discarded."
            )
        version.state = State.DISCARDED
        version.save(update_fields=["state"])
        base = version.based_on
        event = ModelDiscarded(
            version=version.code,
            based_on=base.code if base else "",
            private=private,
        )
        ledger.record(version, [event], actor=actor)
        return version
