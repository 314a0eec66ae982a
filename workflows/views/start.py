"""The guide from nothing: all steps with what is missing, one button each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from esm.common.errors import NotAllowed
from workflows.selectors import start as way


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where an organisation stands on its way to the first fulfilled request."""
    return render(request, "workflows/start.html", {"guide": _guide(request)})


@login_required
@require_safe
def onward(request: HttpRequest) -> HttpResponse:
    """Where the next step is done; the guide where it is not for this account, or none is left."""
    now = _guide(request).now
    return redirect(now.url if now and now.url and not now.refused else "start")


def _guide(request: HttpRequest) -> way.Guide:
    if not way.for_whom(request.user):
        raise NotAllowed("Only stewards and administrators set the portal up.", code="people-edit")
    return way.guide(request.user)
