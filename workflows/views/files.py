"""Files of a request: add, look at, download, replace, take out."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalog.models import Content
from catalog.services import files, previews
from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.common.views import download_response, preview_response
from esm.events.actors import Actor
from workflows.models import Request
from workflows.selectors import filed
from workflows.selectors import requests as seen
from workflows.services import attachments
from workflows.services.looking import look_at_request
from workflows.views.acting import _act

AT_ONCE = 10


@login_required
@require_safe
def download(request: HttpRequest, ref: str, seq: int) -> FileResponse:
    """A file of a visible request, never shown inline."""
    found = seen.by_ref(request.user, ref)
    row = filed.one(request.user, found, seq)
    look_at_request(request.user, found)
    return download_response(files.open_stored(row.sha256), row.name, row.content_type)


@login_required
@require_safe
def preview(request: HttpRequest, ref: str, seq: int) -> FileResponse:
    """The small picture of a file, drawn by us; 404 where there is none."""
    found = seen.by_ref(request.user, ref)
    row = filed.one(request.user, found, seq)
    look_at_request(request.user, found)
    return picture_of(row.content)


def picture_of(content: Content | None) -> FileResponse:
    """The small picture of a content that can be had. Raises NotFound for all else."""
    if content is None or content.preview != Content.Preview.PICTURE:
        raise NotFound("There is no such picture.")
    if not filed.can_be_had(content):
        raise NotFound("There is no such picture.")
    place = previews.place_of(content.sha256)
    return preview_response(files.open_place(place), previews.TYPE)


def _uploaded(request: HttpRequest) -> list[files.StoredFile]:
    uploads = request.FILES.getlist("file")
    if not uploads:
        raise Invalid("Choose a file.", {"file": ["Choose a file."]})
    if len(uploads) > AT_ONCE:
        sentence = f"At most {AT_ONCE} files at once."
        raise Invalid(sentence, {"file": [sentence]})
    return [files.store(upload, upload.name or "file") for upload in uploads]


@login_required
def add_file(request: HttpRequest, ref: str) -> HttpResponse:
    """Add files."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        if not found.is_open:
            raise NotAllowed("Files can be added while the request is open.")
        stored = _uploaded(r)
        for one in stored:
            attachments.add_file(found.pk, file=one, actor=actor)
        return ngettext("Added.", "%(n)d files added.", len(stored)) % {"n": len(stored)}

    field = {"name": "file", "label": _("Files"), "type": "file", "required": True,
             "multiple": True}  # fmt: skip
    page = {"title": _("Add files"), "verb": _("Add"), "fields": [field]}
    return _act(request, ref, do, ask=page)


@login_required
def replace_file(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Put another file in the place of one's own."""
    row = filed.one(request.user, seen.by_ref(request.user, ref), seq)

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        stored = _uploaded(r)
        attachments.add_file(found.pk, file=stored[0], replaces=seq, actor=actor)
        return _("Replaced. The history keeps what it was.")

    field = {"name": "file", "label": _("The new file"), "type": "file", "required": True}
    title = _("Replace %(name)s") % {"name": row.name}
    return _act(request, ref, do, ask={"title": title, "verb": _("Replace"), "fields": [field]})


@login_required
def remove_file(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Take one's own file out."""
    row = filed.one(request.user, seen.by_ref(request.user, ref), seq)

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        attachments.remove_file(found.pk, seq, actor=actor)
        return _("Taken out. The history says that it was there.")

    title = _("Take out %(name)s") % {"name": row.name}
    page = {"title": title, "verb": _("Take it out"), "fields": [], "danger": True}
    return _act(request, ref, do, ask=page)
