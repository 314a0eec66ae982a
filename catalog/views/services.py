"""Services: what can be asked for, and what to expect before asking."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog.selectors import drafts as my_drafts
from catalog.selectors import portal
from catalog.selectors.services import service_page
from catalog.services.drafts import start_draft
from governance.selectors.people import person_for


@login_required
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """All services by department, or those that match; one's drafts beside them."""
    text = request.GET.get("q", "").strip()[:200]
    page = {
        "q": text,
        "found": portal.search(request.user, text) if text else [],
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
    return render(request, "catalog/service.html", {"page": page, "drafts": list(drafts[:3])})


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
