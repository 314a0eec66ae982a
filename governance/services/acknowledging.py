"""People say that they read what a version changes for them, and that they learned for it."""

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types.change import AcknowledgementMoved, TrainingEnded
from governance.locks import lock_version
from governance.models import Acknowledgement, ModelVersion, Person, TrainingTask
from governance.policies import Scope, require
from governance.services.reasons import with_reason

State = Acknowledgement.State
MAX_TEXT = 2000


def note_seen(version: ModelVersion, person: Person) -> bool:
    """Somebody opened what changes for them; the first time is on record. True where it was."""
    waiting = Acknowledgement.objects.filter(version=version, person=person, state=State.REQUESTED)
    if not waiting.exists():
        return False
    with transaction.atomic():
        version = lock_version(version.pk)
        row = waiting.first()
        if row is None:
            return False
        row.state, row.seen_at = State.SEEN, clock.now()
        row.told_at = row.told_at or row.seen_at
        row.save(update_fields=["state", "seen_at", "told_at"])
        event = AcknowledgementMoved(version=version.code, person=person.ref, state=row.state)
        actor = Actor(kind="person", ref=person.ref, person_id=person.pk)
        ledger.record(version, [event], actor=actor)
        return True


def acknowledge(
    version: ModelVersion, person: Person, *, concern: str = "", actor: Actor
) -> Acknowledgement:
    """They read it; with a concern that stands on record. Again changes nothing.

    Raises NotFound for who was not asked, NotAllowed, InvalidState, Invalid.
    """
    concern = concern.replace("\x00", "").strip()
    if len(concern) > MAX_TEXT:
        sentence = f"At most {MAX_TEXT:,} characters; this has {len(concern):,}."
        raise Invalid(sentence, {"concern": [sentence]})
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "acknowledgement.give", Scope(holder_id=person.pk))
        row = Acknowledgement.objects.filter(version=version, person=person).first()
        if row is None:
            raise NotFound(f"{version.code} changes nothing for you; there is nothing to confirm.")
        if row.state in Acknowledgement.GIVEN:
            return row
        if version.state not in (ModelVersion.State.AGREED, ModelVersion.State.PUBLISHED):
            raise InvalidState(f"{version.code} is {version.get_state_display()}.", allowed=[])
        row.state = State.CONCERNED if concern else State.ACKNOWLEDGED
        row.given_at, row.text = clock.now(), concern
        row.seen_at = row.seen_at or row.given_at
        row.told_at = row.told_at or row.given_at
        row.save()
        event = AcknowledgementMoved(
            version=version.code,
            person=person.ref,
            state=row.state,
            private={"text": concern} if concern else {},
        )
        ledger.record(version, [event], actor=actor)
        return row


def end_training(
    task: TrainingTask, *, done: bool = True, note: str = "", actor: Actor
) -> TrainingTask:
    """What was to be learned is done, or not needed, which takes a reason.

    Raises NotAllowed, InvalidState when it ended before, Invalid.
    """
    private = with_reason(note)
    if not done and not private:
        sentence = "Say why it is not needed."
        raise Invalid(sentence, {"note": [sentence]})
    with transaction.atomic():
        version = lock_version(task.version_id)
        row = TrainingTask.objects.select_related("person").get(pk=task.pk)
        require(actor, "training.done", Scope(holder_id=row.person_id))
        if row.state != TrainingTask.State.OPEN:
            raise InvalidState(f"This is {row.get_state_display()} already.", allowed=[])
        row.state = TrainingTask.State.DONE if done else TrainingTask.State.DROPPED
        row.ended_at, row.note = clock.now(), private.get("reason", "")
        row.save(update_fields=["state", "ended_at", "note"])
        event = TrainingEnded(
            version=version.code,
            person=row.person.ref,
            skill=row.skill_key,
            state=row.state,
            private=private,
        )
        ledger.record(version, [event], actor=actor)
        return row
