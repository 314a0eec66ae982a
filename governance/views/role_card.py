"""The card of a role, and the cards of one's own roles."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.selectors import role_card
from governance.selectors.administration import reach_of
from governance.selectors.findings import open_of
from governance.selectors.people import person_for, standing_for


@login_required
@require_safe
def card(request: HttpRequest, key: str) -> HttpResponse:
    """What a role answers for and who holds it; everybody who is signed in may know."""
    found = role_card.card_of(key)
    page = {
        "cards": [found],
        "title": found.role.name,
        "lede": found.spec.purpose if found.spec else "",
        "keeps": reach_of(request.user).everything,
        "findings": open_of([key], request.user),
        "findings_url": f"{reverse('findings')}?{urlencode({'owner': key})}",
    }
    return render(request, "governance/role_card.html", page)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What the caller is accountable for and may decide, role by role."""
    standing = standing_for(request.user)
    keys = list(dict.fromkeys(role.key for role in (standing.roles if standing else ())))
    page = {
        "cards": role_card.cards_of(keys, person_for(request.user)),
        "findings": open_of(keys, request.user),
        "findings_url": f"{reverse('findings')}?owner=mine",
        "title": _("My role card"),
        "own": True,
        "keeps": reach_of(request.user).everything,
    }
    return render(request, "governance/role_card.html", page)
