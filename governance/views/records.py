"""The record of a decision on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.selectors import decisions, records
from governance.services.lookups import look_at_decision
from governance.views.asking import kept


@kept
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that shows how a decision came about, to be printed."""
    found = decisions.find(request.user, pk)
    if found is None:
        raise Http404
    look_at_decision(request.user, found)
    page = {"record": records.record_of(found), "d": found}
    return render(request, "governance/record.html", page)
