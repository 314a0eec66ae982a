"""The files of a request as its page and the API show them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from catalog.models import Content
from catalog.services import files
from catalog.services.file_types import OFFICE, in_words
from esm.common.errors import NotFound
from governance.selectors import people
from workflows.models import Attachment, Request
from workflows.selectors import answers

WORDS = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/zip": "Zip",
    "application/octet-stream": "",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "text/csv": "CSV",
    "text/markdown": "Markdown",
    "text/plain": "Text",
    **{found: ending[1:].upper() for ending, found in OFFICE.items()},
}


@dataclass(frozen=True)
class Filed:
    """One file: what it is, whether it can be had now, and what the viewer may do with it."""

    row: Attachment
    held: bool
    blocked: bool
    picture: bool
    excerpt: str
    mine: bool

    @property
    def kind(self) -> str:
        """Its type and size in words."""
        word = WORDS.get(self.row.content_type, "")
        size = in_words(self.row.size)
        return f"{word} · {size}" if word else size

    @property
    def removable(self) -> bool:
        """An answer to the form is replaced, never taken out."""
        return self.mine and not self.row.field_key


def of_request(user: Any, request: Request) -> QuerySet[Attachment]:
    """The files this viewer reads that were not taken out, with content and who added them.

    A file that answers a question is read by who reads the answer.
    """
    hidden = answers.withheld(user, request)
    rows = request.attachments.filter(removed_at=None).exclude(field_key__in=hidden)
    return rows.select_related("added_by", "request", "content").order_by("seq")


def one(user: Any, request: Request, seq: int) -> Attachment:
    """One of them by number. Raises NotFound."""
    row = of_request(user, request).filter(seq=seq).first()
    if row is None:
        raise NotFound("There is no such file.")
    return row


def read(request: Request) -> None:
    """Read the files of a request once, for all that its page asks of them."""
    rows = Attachment.objects.select_related("added_by", "content").order_by("seq")
    prefetch_related_objects([request], Prefetch("attachments", queryset=rows))


def listed(user: Any, request: Request) -> list[Filed]:
    """All of them for this viewer; one query where they were not read yet."""
    person, hidden = people.person_for(user), answers.withheld(user, request)
    read(request)
    rows = (a for a in request.attachments.all() if a.removed_at is None)
    return [_filed(a, person.pk if person else 0) for a in rows if a.field_key not in hidden]


def _filed(row: Attachment, person_id: int) -> Filed:
    # Before its content has a row, a file is only a name.
    content = row.content or Content(state=Content.State.PENDING)
    shown = can_be_had(content)
    return Filed(
        row=row,
        held=files.is_held(content),
        blocked=content.state == Content.State.BLOCKED,
        picture=shown and content.preview == Content.Preview.PICTURE,
        excerpt=content.excerpt if shown else "",
        mine=row.request.is_open and row.added_by_id == person_id,
    )


def can_be_had(content: Content) -> bool:
    """Neither held nor blocked."""
    return content.state != Content.State.BLOCKED and not files.is_held(content)
