"""What waits for my decision, why it is mine, and the button that decides it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from esm.common.errors import Conflict, Invalid
from governance.models import Decision
from governance.selectors import decisions as selector
from governance.selectors.people import actor_for, person_for
from governance.services import deciding

SHOWN = 50
TABS = (("open", gettext_lazy("Open")), ("decided", gettext_lazy("Decided")))


@login_required
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """The inbox: those that end soonest first; the first or the chosen one is open."""
    tab = request.GET.get("tab", "open")
    wanted = request.GET.get("open", "")
    chosen = int(wanted) if wanted.isdigit() and len(wanted) < 16 else None
    return _page(request, "decided" if tab == "decided" else "open", chosen)


def _page(
    request: HttpRequest,
    tab: str,
    chosen: int | None,
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = person_for(request.user)
    listed: list[Decision] = []
    if person is not None:
        rows = selector.inbox(person) if tab == "open" else selector.decided_by(person)
        listed = list(rows[:SHOWN])
    current = next((d for d in listed if chosen in (None, d.pk)), None)
    if chosen is not None and current is None:
        current = selector.find(request.user, chosen)
        if current is None:
            raise Http404
    detail = selector.decision_detail(current, person) if current else None
    at = listed.index(current) if current in listed else None
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab} for key, label in TABS
        ],
        "rows": selector.rows_of(listed),
        "detail": detail,
        "position": None if at is None else at + 1,
        "next": listed[at + 1] if at is not None and at + 1 < len(listed) else None,
        "previous": listed[at - 1] if at else None,
        "errors": errors or {},
        "rationale": request.POST.get("rationale", ""),
        "person": person,
    }
    return render(request, "governance/decisions.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one decision; a refused form keeps the reason that was typed."""
    if selector.find(request.user, pk) is None:
        raise Http404
    try:
        decided = deciding.decide(
            pk,
            outcome=request.POST.get("outcome", ""),
            rationale=request.POST.get("rationale", ""),
            actor=actor_for(request.user),
        )
    except Invalid as refused:
        return _page(request, "open", pk, errors=refused.errors, status=400)
    except Conflict as refused:
        return _page(request, "open", pk, errors={"rationale": [refused.sentence]}, status=409)
    messages.success(
        request,
        _("%(question)s %(ref)s: %(outcome)s.")
        % {
            "question": decided.question,
            "ref": decided.subject_ref,
            "outcome": decided.get_outcome_display(),
        },
    )
    return redirect("decisions")
