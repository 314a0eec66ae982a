"""Home: find a service, what needs you, your open requests. Search over all you may see."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors import home as home_page
from catalog.selectors import portal
from catalog.services.searches import record_missed
from governance.selectors.people import person_for
from workflows.selectors import listing
from workflows.selectors import requests as seen


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    page = listing.mine(request.user, view="open", after="")
    return render(
        request,
        "workflows/home.html",
        {
            "services": home_page.needs(request.user),
            "needs": listing.needs_you(request.user),
            "mine": page.rows[:5],
            "open_count": page.open_count,
        },
    )


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Services and requests that match."""
    text = request.GET.get("q", "").strip()[:200]
    found = seen.search(request.user, text).select_related("service")[:25] if text else []
    services = portal.search(request.user, text)[:10] if text else []
    if text and not services and not found:
        person = person_for(request.user)
        record_missed(text, person_id=person.pk if person else None)
    return render(
        request, "workflows/search.html", {"q": text, "requests": found, "services": services}
    )
