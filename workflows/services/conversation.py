"""What is said on a request: who is named in it, and taking back what one just wrote."""

from datetime import datetime

from django.db import transaction

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from workflows import locks
from workflows.event_types.following import CommentEdited, CommentRemoved, PersonMentioned
from workflows.models import Comment
from workflows.selectors import mentions
from workflows.selectors.talk import CHANGEABLE
from workflows.services.case import Case

LONGEST = 20_000


def check_body(body: str) -> str:
    """The words of a message as they are kept. Raises Invalid."""
    if not body.strip():
        raise Invalid("Write something first.", {"body": ["Write something first."]})
    if len(body) > LONGEST:
        raise Invalid("That is too long.", {"body": ["At most 20,000 characters; attach a file."]})
    return body.strip()


def note_mentions(case: Case, row: Comment, before: frozenset[int] = frozenset()) -> None:
    """Tell those whom a message names and who may read it; nobody else hears of it."""
    found = mentions.named_in(row.body, case.request, internal=row.internal)
    for person in found.told:
        if person.pk not in before and person.pk != row.author_id:
            case.note(PersonMentioned(comment=row.seq, internal=row.internal, person=person.ref))


def _mine(case: Case, seq: int, internal: bool, at: datetime) -> Comment:
    row = locks.comment_of(case.request, seq, internal=internal)
    if row.author_id != case.actor.person_id:
        raise NotAllowed("Only who wrote a message may change it.", code="comment-change")
    if at > row.created_at + CHANGEABLE:
        raise InvalidState(
            "A message can be changed for five minutes; write another one.", allowed=[]
        )
    return row


@transaction.atomic
def edit_comment(
    request_id: int, seq: int, *, body: str, internal: bool = False, actor: Actor
) -> Comment:
    """Correct one's own message or note within five minutes; who is named newly hears of it."""
    body = check_body(body)
    case = Case.open(request_id, actor)
    row = _mine(case, seq, internal, case.now)
    if body != row.body:
        already = mentions.named_in(row.body, case.request, internal=row.internal)
        row.body, row.edited_at = body, case.now
        row.save(update_fields=["body", "edited_at"])
        case.note(CommentEdited(comment=seq, internal=row.internal, private={"body": body}))
        note_mentions(case, row, frozenset(p.pk for p in already.told))
        case.save()
    return row


@transaction.atomic
def remove_comment(request_id: int, seq: int, *, internal: bool = False, actor: Actor) -> Comment:
    """Take one's own message or note back within five minutes; that it was there stays visible."""
    case = Case.open(request_id, actor)
    row = _mine(case, seq, internal, case.now)
    row.body, row.removed_at = "", case.now
    row.save(update_fields=["body", "removed_at"])
    case.note(CommentRemoved(comment=seq, internal=row.internal))
    case.save()
    return row
