"""What is said on an element of the model: written, settled and taken back from its page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esm.common.errors import Invalid
from governance.blueprint.kinds import FOLDERS
from governance.selectors.people import actor_for
from governance.services import element_comments
from governance.views.model import element_response
from governance.views.reading import find_version


@login_required
@require_POST
def say(request: HttpRequest, code: str, folder: str, key: str) -> HttpResponse:
    """Write a comment, or answer in a thread; what was typed stays where it cannot be kept."""
    version, kind = find_version(request.user, code), FOLDERS.get(folder)
    if kind is None:
        raise Http404
    body, thread = request.POST.get("body", ""), request.POST.get("thread", "")
    if thread and not (thread.isdecimal() and len(thread) < 10):
        raise Http404
    try:
        row = element_comments.say(
            version,
            kind,
            key,
            body=body,
            thread=int(thread) if thread else None,
            actor=actor_for(request.user),
        )
    except Invalid as refused:
        typed = {"body": body, "thread": thread, "wrong": refused.sentence}
        return element_response(request, version, folder, key, typed=typed, status=400)
    address = reverse("model-element", args=[code, folder, key])
    return redirect(f"{address}#c{row.number}")


@login_required
@require_POST
def settle(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Mark a thread as settled, or open it again."""
    version, done = find_version(request.user, code), request.POST.get("open", "") != "1"
    row = element_comments.settle(version, number, done=done, actor=actor_for(request.user))
    messages.success(request, _("Settled.") if done else _("Open again."))
    return _back(code, row.kind, row.key, row.number)


@login_required
@require_POST
def take_back(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take the words of an own comment back."""
    version = find_version(request.user, code)
    row = element_comments.take_back(version, number, actor=actor_for(request.user))
    messages.success(request, _("Taken back."))
    return _back(code, row.kind, row.key, row.number)


def _back(code: str, kind: str, key: str, number: int) -> HttpResponse:
    folder = next(name for name, known in FOLDERS.items() if known == kind)
    return redirect(f"{reverse('model-element', args=[code, folder, key])}#c{number}")
