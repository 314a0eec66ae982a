"""My notices."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from esm.notices.selectors import inbox as told
from esm.notices.services import reading

VIEWS = ("all", "unread")


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Notices, newest first; ``view=unread`` leaves out those that were read."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "all"
    below = _number(request.GET.get("below", ""))
    context = {
        "page": told.page(request.user, below=below, unread=view == "unread"),
        "view": view,
        "unread": told.unread_count(request.user),
    }
    return render(request, "notices/inbox.html", context)


@require_POST
@login_required
def mark_read(request: HttpRequest) -> HttpResponseRedirect:
    """Mark the named notice, or with ``all`` every one, as read."""
    wanted = _number(request.POST.get("notice", ""))
    reading.mark_read(request.user, None if "all" in request.POST else [wanted])
    view = "unread" if request.POST.get("view") == "unread" else "all"
    return redirect(f"{reverse('inbox')}?view={view}")


def _number(text: str) -> int:
    """A positive id, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
