"""Where value is lost: problems by the days at stake, what their owners say of them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.errors import NotAllowed, NotFound
from esm.common.ui.amounts import number
from governance.models import Person
from governance.selectors.people import actor_for, person_for
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS
from valueflow.models import StreamProblem
from valueflow.selectors import logs as seen
from valueflow.selectors import problems, problems_shown, stream_problems
from valueflow.selectors.cells import value_text
from valueflow.selectors.drill_causes import WAITED
from valueflow.selectors.drill_lists import DECISIONS, HANDOFFS, REQUESTS
from valueflow.selectors.naming import Names
from valueflow.selectors.problem_kinds import KINDS
from valueflow.selectors.problems import Found
from valueflow.selectors.problems_shown import Shown
from valueflow.selectors.scope import FlowScope
from valueflow.services import stream_problems as answering
from valueflow.views.decided import asked
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import viewer

SHOWN = 100
UNITS = {HANDOFFS: HANDOFFS, WAITED: REQUESTS, "finished": REQUESTS}
STATES = {
    "found": ("draft", gettext_lazy("Its owner has not answered")),
    "confirmed": ("ok", gettext_lazy("Confirmed by its owner")),
    "disputed": ("risk", gettext_lazy("Disputed by its owner")),
    "settled": ("ok", gettext_lazy("Dispute settled")),
}


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All problems of a period, the first of each stream above."""
    user, scope = viewer(request), asked(request)
    found = problems.find(scope)
    simpler, kind = request.GET.get("simpler", "") == "1", request.GET.get("kind", "")
    told = problems_shown.shown(found.problems, user)
    wanted = {one.key for one in found.only(kind=kind if kind in KINDS else "", simpler=simpler)}
    shown = [one for one in told if one.problem.key in wanted]
    first = {one.key for one in found.first} if not simpler and not kind else set()
    rows = [row_of(one, scope, found.names) for one in shown[:SHOWN]]
    above = [row for row in rows if row["one"].key in first and not row["hidden"]]
    page = {
        "answer": _answer(found, told),
        "period": period_text(scope),
        "filters": filter_bar(scope, found.names, seen.visible_to(user).none()),
        "clear_url": reverse("flow-problems") if scope.params() else "",
        "tabs": _tabs(found, scope, simpler),
        "first": above,
        "rows": rows,
        "more": max(0, len(shown) - SHOWN),
        "any": bool(found.problems),
        "finished": found.n,
        "raise_query": scope.query(),
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


def row_of(told: Shown, scope: FlowScope, names: Names) -> dict[str, Any]:
    """A problem with its words, its figures and the address of the list behind it."""
    one = told.problem
    row: dict[str, Any] = {
        "one": one,
        "kind": str(KINDS[one.kind]),
        "stream": names.stream(one.stream),
        "stream_url": reverse("stream", args=[one.stream]),
        "hidden": told.hidden,
        "improvement": told.improvement,
    }
    if told.hidden:
        return row
    chosen = {"stream": one.stream, "figure": one.figure, **one.extra}
    return row | {
        "kept": told.kept,
        "state": STATES[told.kept.state] if told.kept else None,
        "answers": told.answers,
        "days": number(round(one.days, 1)),
        "unit": UNITS.get(one.figure, DECISIONS),
        "list_url": reverse("flow-requests") + scope.query(**chosen),
        "proofs": [
            (proof.name, value_text(proof.value, proof.unit, "business", 0)) for proof in one.proofs
        ],
    }


def _answer(found: Found, told: list[Shown]) -> str:
    first = next((one.problem for one in told if not one.hidden), None)
    if first is None:
        return ""
    return _("Most is lost in %(stream)s. %(sentence)s") % {
        "stream": found.names.stream(first.stream),
        "sentence": first.sentence,
    }


@kept
@require_safe
def problem(request: HttpRequest, number: int) -> HttpResponse:
    """One problem as its owner was shown it: what they say, what came of a dispute."""
    user = viewer(request)
    row = stream_problems.one(user, number)
    who = stream_problems.reader(user)
    try:
        now = problems.one(asked(request), row.key)
    except NotFound:
        now = None
    page = {
        "row": row,
        "now": now,
        "kind": str(KINDS.get(row.kind, row.kind)),
        "days": _days(now.days) if now else "",
        "state": STATES[row.state],
        "answers": who.answers(row.stream_key),
        "settles": who.steward and row.state == StreamProblem.State.DISPUTED,
        "improvements": row.improvements.order_by("-pk"),
        "crumbs": [
            (_("Value flow"), reverse("flow")),
            (_("Problems"), reverse("flow-problems")),
            (str(KINDS.get(row.kind, row.kind)), ""),
        ],
    }
    return render(request, "valueflow/problem.html", page)


def _days(days: float) -> str:
    return number(round(days, 1))


def own(request: HttpRequest) -> Person:
    """The person of the account. Raises NotAllowed for an account of nobody."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person; ask a steward to link it."))
    return person


def _of_mine(request: HttpRequest, number: int) -> tuple[StreamProblem, Person]:
    """A problem of a stream that one owns. Raises NotFound, NotAllowed."""
    user = viewer(request)
    row, person = stream_problems.one(user, number), own(request)
    if not stream_problems.reader(user).answers(row.stream_key):
        raise NotAllowed(_("Only the owner of the stream answers to a problem of it."))
    return row, person


def _form(row: StreamProblem, title: str, submit: str, lede: str, field: dict[str, Any]) -> Form:
    back = reverse("flow-problem", args=[row.pk])
    return Form(
        title=title,
        submit=submit,
        back=back,
        crumbs=[
            (_("Problems"), reverse("flow-problems")),
            (str(KINDS.get(row.kind, row.kind)), back),
            (submit, ""),
        ],
        lede=lede,
        fields=[{"type": "textarea", "max_length": answering.MAX_NOTE, **field}],
        with_reason=False,
    )


@kept
@ASKS
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """The owner of the stream says that it is so."""
    row, person = _of_mine(request, number)
    form = _form(
        row,
        _("Confirm the problem"),
        _("Confirm"),
        _("From then on executives read its figures, with your note beside them."),
        {"name": "note", "label": _("Note"), "value": row.note, "required": False},
    )

    def say(typed: Typed) -> str:
        note, actor = typed.get("note", ""), actor_for(request.user)
        answering.confirm_problem(row, person, note=note, actor=actor)
        return _("Confirmed.")

    return answer(request, form, say)


@kept
@ASKS
def dispute(request: HttpRequest, number: int) -> HttpResponse:
    """The owner of the stream says that it is not so."""
    row, person = _of_mine(request, number)
    form = _form(
        row,
        _("Dispute the problem"),
        _("Dispute it"),
        _("Until a steward settles it executives read that it is being looked at. It stays on "
          "record."),
        {"name": "note", "label": _("Why it is not so"), "value": row.note, "required": True},
    )  # fmt: skip

    def say(typed: Typed) -> str:
        note, actor = typed.get("note", ""), actor_for(request.user)
        answering.dispute_problem(row, person, note=note, actor=actor)
        return _("Disputed; a steward settles it.")

    return answer(request, form, say)


@kept
@ASKS
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """A steward says what came of a dispute."""
    row, person = stream_problems.one(viewer(request), number), own(request)
    if not stream_problems.reader(viewer(request)).steward:
        raise NotAllowed(_("Only a steward settles what an owner disputes."))
    form = _form(
        row,
        _("Settle the dispute"),
        _("Settle it"),
        row.note,
        {"name": "outcome", "label": _("What came of it"), "required": True},
    )

    def say(typed: Typed) -> str:
        outcome, actor = typed.get("outcome", ""), actor_for(request.user)
        answering.settle_problem(row, person, outcome=outcome, actor=actor)
        return _("Settled; everybody reads the problem and the dispute.")

    return answer(request, form, say)
