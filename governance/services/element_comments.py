"""What people say on elements of the model: said, settled, taken back."""

from django.db import transaction
from django.db.models import Max

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types.comments import CommentRemoved, ElementCommented, ThreadSettled
from governance.locks import hold_persons, lock_version
from governance.models import ElementComment, ModelElement, ModelVersion
from governance.policies import Scope, require

MAX_TEXT = 5_000


def say(
    version: ModelVersion,
    kind: str,
    key: str,
    *,
    body: str,
    thread: int | None = None,
    actor: Actor,
) -> ElementComment:
    """Say something on an element, or answer in the thread of that number.

    Raises NotAllowed for who is no person, Invalid for empty or long text, NotFound where the
    element or thread is not there, and InvalidState in a draft that was given up.
    """
    body = body.replace("\x00", "").strip()
    if not body or len(body) > MAX_TEXT:
        sentence = f"Write something, in at most {MAX_TEXT:,} characters."
        raise Invalid(sentence, {"body": [sentence]})
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.comment", Scope(holder_id=actor.person_id or 0))
        assert actor.person_id is not None
        hold_persons([actor.person_id])
        _must_be_read(version)
        if not ModelElement.objects.filter(version=version, kind=kind, key=key).exists():
            raise NotFound("There is no such element.")
        first = None if thread is None else _first(version, thread, kind, key)
        last = ElementComment.objects.filter(version=version).aggregate(n=Max("number"))["n"]
        row = ElementComment.objects.create(
            version=version,
            kind=kind,
            key=key,
            number=(last or 0) + 1,
            thread=first,
            author_id=actor.person_id,
            body=body,
        )
        event = ElementCommented(
            version=version.code,
            kind=kind,
            key=key,
            comment=row.number,
            thread=first.number if first is not None else row.number,
            private={"body": body},
        )
        ledger.record(version, [event], actor=actor)
        return row


def settle(version: ModelVersion, number: int, *, done: bool, actor: Actor) -> ElementComment:
    """Mark what a thread was about as settled, or open again; by who began it, or a steward.

    Raises NotAllowed, NotFound, and InvalidState where it is so already.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        row = _first(version, number)
        _own_or_steward(row, actor)
        _must_be_read(version)
        if (row.settled_at is not None) == done:
            state = "settled" if done else "open"
            raise InvalidState(f"This thread is {state} already.")
        row.settled_at = clock.now() if done else None
        row.settled_by_id = actor.person_id if done else None
        row.save(update_fields=["settled_at", "settled_by"])
        event = ThreadSettled(version=version.code, thread=row.number, open=not done)
        ledger.record(version, [event], actor=actor)
        return row


def take_back(version: ModelVersion, number: int, *, actor: Actor) -> ElementComment:
    """Take the words of an own comment back; that somebody wrote, and answers, stay.

    Raises NotAllowed, NotFound, and InvalidState where it was taken back before.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        row = ElementComment.objects.filter(version=version, number=number).first()
        if row is None:
            raise NotFound("There is no such comment.")
        if row.author_id != actor.person_id:
            raise NotAllowed("Only who wrote it takes it back.", code="model-comment")
        require(actor, "model.comment", Scope(holder_id=actor.person_id or 0))
        if row.removed_at is not None:
            raise InvalidState("This comment was taken back before.")
        row.body, row.removed_at = "", clock.now()
        row.save(update_fields=["body", "removed_at"])
        event = CommentRemoved(version=version.code, comment=row.number)
        ledger.record(version, [event], actor=actor)
        return row


def _first(version: ModelVersion, number: int, kind: str = "", key: str = "") -> ElementComment:
    """The first comment of a thread, of this element where one is named."""
    rows = ElementComment.objects.filter(version=version, number=number, thread=None)
    if kind:
        rows = rows.filter(kind=kind, key=key)
    found = rows.first()
    if found is None:
        raise NotFound("There is no such thread.")
    return found


def _own_or_steward(row: ElementComment, actor: Actor) -> None:
    if row.author_id == actor.person_id:
        require(actor, "model.comment", Scope(holder_id=actor.person_id or 0))
    else:
        require(actor, "model.edit", Scope())


def _must_be_read(version: ModelVersion) -> None:
    if version.state == ModelVersion.State.DISCARDED:
        raise InvalidState(f"{version.code} was given up; nobody reads it any more.")
