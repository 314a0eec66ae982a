"""My notices, and what I follow or muted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from esm.accounts.models import User
from esm.notices.choices import Following
from esm.notices.selectors import inbox as told
from esm.notices.services import following, reading

VIEWS = ("all", "unread")


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Notices by what they are about, new ones first; ``view=unread`` leaves out the others."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "all"
    below = request.GET.get("below", "")
    context = {
        "page": told.page(request.user, below=below, unread=view == "unread"),
        "view": view,
        "unread": told.unread_count(request.user),
        "mark": told.pulse(request.user, "", "").mark,
    }
    return render(request, "notices/inbox.html", context)


@require_POST
@login_required
def mark_read(request: HttpRequest) -> HttpResponseRedirect:
    """Mark the named notice and all of its subject, or with ``all`` every one, as read."""
    wanted = _number(request.POST.get("notice", ""))
    reading.mark_read(request.user, None if "all" in request.POST else [wanted])
    view = "unread" if request.POST.get("view") == "unread" else "all"
    return redirect(f"{reverse('inbox')}?view={view}")


@require_POST
@login_required
def follow(request: HttpRequest) -> HttpResponseRedirect:
    """Follow or mute one thing, or take either back; then back to where the person was."""
    assert isinstance(request.user, User)
    choice = request.POST.get("choice", "")
    following.choose_thread(request.user, thing=request.POST.get("thing", ""), choice=choice)
    said = {
        Following.FOLLOW.value: _("You follow it now and hear when it moves on."),
        Following.MUTE.value: _("Muted. You still hear of it when somebody waits for you."),
    }
    messages.success(request, said.get(choice) or _("As usual again."))
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe and target.startswith("/") else reverse("inbox"))


def _number(text: str) -> int:
    """A positive id, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
