"""Small decisions of one kind at once: what is meant, and what became of each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from esm.common.errors import Invalid
from governance.selectors import several as selector
from governance.selectors.people import actor_for, person_for
from governance.services.several import Became, decide_several


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest) -> HttpResponse:
    """Show what is decided at once with its sum; decide each and tell what became of it."""
    given = request.POST if request.method == "POST" else request.GET
    person, rounds = person_for(request.user), _rounds(given)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        said = {name: given.get(name, "") for name in ("outcome", "rationale")}
        actor = actor_for(request.user)
        try:
            return _told(request, decide_several(rounds, person=person, actor=actor, **said))
        except Invalid as refused:
            errors = refused.errors
    chosen = selector.chosen(person, list(rounds))
    if chosen.refusals:
        errors = {"": list(chosen.refusals)}
    context = {"chosen": chosen, "errors": errors, "rationale": given.get("rationale", "")}
    status = 400 if errors and request.method == "POST" else 200
    return render(request, "governance/several.html", context, status=status)


def _rounds(given: QueryDict) -> dict[int, int]:
    """Decisions named as 12, or 12.1 with the round that was read; others are not there."""
    found = {}
    for text in given.getlist("row"):
        pk, _dot, seen = text.partition(".")
        if pk.isdecimal() and len(pk) < 16:
            found[int(pk)] = int(seen) if seen.isdecimal() and len(seen) < 6 else 0
    return found


def _told(request: HttpRequest, became: list[Became]) -> HttpResponse:
    n = sum(one.ok for one in became)
    words = ngettext("%(n)d of %(all)d is decided.", "%(n)d of %(all)d are decided.", n)
    context = {"became": became, "sentence": words % {"n": n, "all": len(became)}}
    context["title"] = _("What became of each")
    return render(request, "governance/several_done.html", context)
