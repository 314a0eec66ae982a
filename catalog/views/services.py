"""Services: what can be asked for, and what to expect before asking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.selectors import articles, portal, searches
from catalog.selectors import drafts as my_drafts
from catalog.selectors import templates as kept
from catalog.selectors.home import pins_of
from catalog.selectors.services import service_page
from catalog.services import pins
from catalog.services.drafts import start_draft
from catalog.services.searches import record_missed
from catalog.views.searches import typed
from governance.selectors.people import person_for

ANSWERS = 5


@login_required
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """All services by department, or those that match; one's drafts beside them."""
    text = typed(request)
    found = portal.search(request.user, text) if text else []
    answers = articles.search(request.user, text, limit=ANSWERS) if text else []
    if text and not found and not answers:
        person = person_for(request.user)
        record_missed(text, person_id=person.pk if person else None)
    page = {
        "q": text,
        "found": found,
        "answers": answers,
        "reviews": searches.may_review(request.user).ok,
        "departments": [] if text else portal.by_department(request.user),
        "drafts": list(my_drafts.open_drafts(request.user)[:10]),
    }
    return render(request, "catalog/services.html", page)


@login_required
@require_GET
def service(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one service."""
    page = service_page(request.user, key)
    if page is None:
        raise Http404
    drafts = my_drafts.open_drafts(request.user).filter(offering__service=page.service)
    context = {
        "page": page,
        "drafts": list(drafts[:3]),
        "pinned": page.service.pk in pins_of(request.user),
        "answers": articles.of_service(request.user, key)[:ANSWERS],
        "templates": kept.of_service(request.user, key),
    }
    return render(request, "catalog/service.html", context)


@login_required
@require_POST
def pin(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the service on one's home page."""
    row = pins.pin_service(key, user=request.user)
    messages.success(request, _("%(service)s stands on your home page.") % {"service": row.name})
    return redirect(_back(request, key))


@login_required
@require_POST
def unpin(request: HttpRequest, key: str) -> HttpResponse:
    """Take it off."""
    row = pins.unpin_service(key, user=request.user)
    said = _("%(service)s is no longer pinned.") % {"service": row.name}
    messages.success(request, said, extra_tags=f"undo:/services/{row.key}/pin/?next=home")
    return redirect(_back(request, key))


def _back(request: HttpRequest, key: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return "/" if wanted == "home" else f"/services/{key}/"


@login_required
@require_POST
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a draft of one of the service's offerings."""
    page = service_page(request.user, key)
    if page is None:
        raise Http404
    wanted = request.POST.get("offering", "")
    facts = next((f for f in page.offerings if f.offering.key == wanted), page.offerings[0])
    draft = start_draft(facts.offering, user=request.user, person=person_for(request.user))
    return redirect("draft", draft_id=draft.pk)
