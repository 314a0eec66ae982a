"""Home: find a service, what needs you, your open requests."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalog.selectors import home as home_page
from governance.selectors import versions
from workflows import registries
from workflows.selectors import listing, start


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page; who sets an installation up begins with the guide until work can start."""
    sets_up = start.for_whom(request.user)
    if sets_up and versions.current() is None:
        return redirect("start")
    page = listing.mine(request.user, view="open", after="")
    return render(
        request,
        "workflows/home.html",
        {
            "services": home_page.needs(request.user),
            "needs": listing.needs_you(request.user),
            "mine": page.rows[:5],
            "open_count": page.open_count,
            "looks": registries.looks(request.user),
            "setting_up": sets_up and not start.over(),
        },
    )
