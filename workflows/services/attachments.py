"""Files of a request: add, replace, take out, while it is open and nothing rests on them."""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum

from catalog.services.file_types import in_words
from catalog.services.files import StoredFile
from esm.common.errors import InvalidState, NotAllowed, NotFound, TooLarge
from esm.events.actors import Actor
from governance import policies
from governance.models import Decision
from governance.policies import Scope
from workflows.event_types import FileAdded
from workflows.event_types.filing import FileRemoved, FileReplaced
from workflows.models import Attachment
from workflows.selectors import scopes
from workflows.services.case import Case


def attach(case: Case, file: StoredFile, person_id: int) -> Attachment:
    """A stored content becomes a file of the request; the case is saved by whoever calls."""
    row = Attachment.objects.create(
        request=case.request,
        seq=case.next_number("file_count"),
        field_key=file.field_key,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        added_by_id=person_id,
        created_at=case.now,
    )
    case.note(FileAdded(file=row.seq, private={"name": row.name}))
    return row


@transaction.atomic
def add_file(
    request_id: int, *, file: StoredFile, replaces: int | None = None, actor: Actor
) -> Attachment:
    """Add a file to an open request, in place of another one where ``replaces`` numbers it.

    Raises NotAllowed, InvalidState, TooLarge when the request holds as much as it may.
    """
    case = Case.open(request_id, actor)
    policies.require(actor, "request.comment", scopes.scope_of(case.request))
    if actor.person_id is None:
        raise NotAllowed("Only a person can add a file.")
    old = None if replaces is None else _removable(case, replaces, actor)
    if old is None and not case.request.is_open:
        raise InvalidState("Files can be added while the request is open.", allowed=[])
    if old is not None:
        _take_out(case, old, actor.person_id)
        file = StoredFile(**{**file.__dict__, "field_key": old.field_key})
    _require_room(case, file)
    row = attach(case, file, actor.person_id)
    if old is not None:
        case.note(FileReplaced(file=old.seq, by=row.seq, sha256=old.sha256))
    case.save()
    return row


@transaction.atomic
def remove_file(request_id: int, seq: int, *, actor: Actor) -> Attachment:
    """Take a file out of an open request; who added it may, while no decision rests on it.

    The ledger and the row keep its hash. Raises NotFound, NotAllowed with the reason.
    """
    case = Case.open(request_id, actor)
    row = _removable(case, seq, actor)
    if row.field_key:
        raise NotAllowed(
            "This file answers a question of the form. Replace it by another one instead.",
            code="file-kept",
        )
    _take_out(case, row, actor.person_id or 0)
    case.note(FileRemoved(file=row.seq, sha256=row.sha256, private={"name": row.name}))
    case.save()
    return row


def _removable(case: Case, seq: int, actor: Actor) -> Attachment:
    row = Attachment.objects.filter(request=case.request, seq=seq, removed_at=None).first()
    if row is None:
        raise NotFound("There is no such file.")
    policies.require(actor, "file.remove", Scope(holder_id=row.added_by_id))
    if not case.request.is_open:
        raise NotAllowed(
            f"The request is {case.request.get_state_display()}, so its files stay as they are.",
            code="file-kept",
        )
    rests = Decision.objects.filter(
        subject_kind="request", subject_id=case.request.pk, decided_at__gte=row.created_at
    )
    if rests.exists():
        raise NotAllowed("A decision rests on this file, so it stays.", code="file-kept")
    return row


def _take_out(case: Case, row: Attachment, person_id: int) -> None:
    row.removed_at, row.removed_by_id = case.now, person_id
    row.save(update_fields=["removed_at", "removed_by"])


def _require_room(case: Case, file: StoredFile) -> None:
    rows = Attachment.objects.filter(request=case.request, removed_at=None)
    held = rows.aggregate(n=Count("pk"), size=Sum("size"))
    if held["n"] >= settings.REQUEST_FILES_MAX:
        sentence = f"A request holds at most {settings.REQUEST_FILES_MAX} files."
    elif (held["size"] or 0) + file.size > settings.REQUEST_FILES_MAX_BYTES:
        most = in_words(settings.REQUEST_FILES_MAX_BYTES)
        sentence = f"The files of a request have at most {most} together."
    else:
        return
    raise TooLarge(sentence, {"file": [sentence]}, code="file-quota")


def named(shas: Collection[str]) -> Iterable[str]:
    """Those of the contents that a file of a request names: they are kept."""
    rows = Attachment.objects.filter(sha256__in=shas, removed_at=None)
    return rows.values_list("sha256", flat=True)
