"""Where value is lost: problems by the days at stake, and what would make the work simpler."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.ui.amounts import number
from valueflow.selectors import logs as seen
from valueflow.selectors import problems
from valueflow.selectors.drill_lists import DECISIONS, HANDOFFS, REQUESTS
from valueflow.selectors.naming import Names
from valueflow.selectors.problem_kinds import KINDS, Problem
from valueflow.selectors.problems import Found
from valueflow.selectors.scope import FlowScope
from valueflow.views.cells import value_text
from valueflow.views.decided import asked
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import viewer

SHOWN = 100
UNITS = {HANDOFFS: HANDOFFS, "waited": REQUESTS, "finished": REQUESTS}


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All problems of a period, the first of each stream above."""
    user, scope = viewer(request), asked(request)
    found = problems.find(scope)
    simpler, kind = request.GET.get("simpler", "") == "1", request.GET.get("kind", "")
    shown = found.only(kind=kind if kind in KINDS else "", simpler=simpler)
    above = () if simpler or kind else found.first
    page = {
        "answer": _answer(found),
        "period": period_text(scope),
        "filters": filter_bar(scope, found.names, seen.visible_to(user).none()),
        "clear_url": reverse("flow-problems") if scope.params() else "",
        "tabs": _tabs(found, scope, simpler),
        "first": [row_of(one, scope, found.names) for one in above],
        "rows": [row_of(one, scope, found.names) for one in shown[:SHOWN]],
        "more": max(0, len(shown) - SHOWN),
        "any": bool(found.problems),
        "finished": found.n,
        "crumbs": [(_("Value flow"), reverse("flow")), (_("Problems"), "")],
    }
    return render(request, "valueflow/problems.html", page)


def _tabs(found: Found, scope: FlowScope, simpler: bool) -> list[dict[str, Any]]:
    url = reverse("flow-problems")
    return [
        {
            "label": _("All problems"),
            "url": url + scope.query(),
            "current": not simpler,
            "count": len(found.problems),
        },
        {
            "label": _("What could be simpler"),
            "url": url + scope.query(simpler="1"),
            "current": simpler,
            "count": len(found.only(simpler=True)),
        },
    ]


def row_of(one: Problem, scope: FlowScope, names: Names) -> dict[str, Any]:
    """A problem with its words, its figures and the address of the list behind it."""
    chosen = {"stream": one.stream, "figure": one.figure, **one.extra}
    return {
        "one": one,
        "kind": str(KINDS[one.kind]),
        "stream": names.stream(one.stream),
        "stream_url": reverse("stream", args=[one.stream]),
        "days": number(round(one.days, 1)),
        "unit": UNITS.get(one.figure, DECISIONS),
        "list_url": reverse("flow-requests") + scope.query(**chosen),
        "proofs": [
            (proof.name, value_text(proof.value, proof.unit, "business", 0)) for proof in one.proofs
        ],
    }


def _answer(found: Found) -> str:
    if not found.problems:
        return ""
    first = found.problems[0]
    return _("Most is lost in %(stream)s: %(sentence)s") % {
        "stream": found.names.stream(first.stream),
        "sentence": first.sentence,
    }
