"""Asking for the same again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflows.selectors import requests as seen
from workflows.services.again import draft_again


@login_required
@require_POST
def again(request: HttpRequest, ref: str) -> HttpResponse:
    """A draft with the answers of a former request; files are added anew."""
    found = seen.by_ref(request.user, ref)
    draft = draft_again(found, user=request.user)
    said = _("Your answers of %(ref)s are here; files are added anew.") % {"ref": found.ref}
    messages.success(request, said)
    return redirect("draft-section", draft_id=draft.pk, number=1)
