"""What waits for my decision, why it is mine, and the button that decides it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from esm.common.errors import Conflict, Invalid
from governance.models import Decision
from governance.selectors import decisions as selector
from governance.selectors import several
from governance.selectors.opinions import rows_asked as opinions_asked
from governance.selectors.people import actor_for, person_for
from governance.services import deciding, opinions, reversing
from governance.services.lookups import look_at_decision
from governance.views.asking import first_moment

SHOWN = 50
TABS = (
    ("open", gettext_lazy("Open")),
    ("later", gettext_lazy("Put off")),
    ("decided", gettext_lazy("Decided")),
)
LISTS = {"open": selector.inbox, "later": selector.put_off, "decided": selector.decided_by}
TYPED = ("rationale", "conditions", "until", "reason", "text")


@login_required
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """The inbox: those that end soonest first; the first or the chosen one is open."""
    tab = request.GET.get("tab", "open")
    wanted = request.GET.get("open", "")
    chosen = int(wanted) if wanted.isdigit() and len(wanted) < 16 else None
    return _page(request, tab if tab in LISTS else "open", chosen)


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
        listed = list(LISTS[tab](person)[:SHOWN])
    current = next((d for d in listed if chosen in (None, d.pk)), None)
    if chosen is not None and current is None:
        current = selector.find(request.user, chosen)
        if current is None:
            raise Http404
        look_at_decision(request.user, current)
    detail = selector.decision_detail(current, person) if current else None
    at = listed.index(current) if current in listed else None
    rows = selector.rows_of(listed)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab} for key, label in TABS
        ],
        "rows": rows,
        "together": several.address_of(rows) if tab == "open" else "",
        "detail": detail,
        "position": None if at is None else at + 1,
        "next": listed[at + 1] if at is not None and at + 1 < len(listed) else None,
        "previous": listed[at - 1] if at else None,
        "errors": errors or {},
        "typed": {name: request.POST.get(name, "") for name in TYPED},
        "person": person,
        "asked": opinions_asked(person) if person is not None and tab == "open" else [],
    }
    return render(request, "governance/decisions.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Vote on one decision; a refused form keeps the reason that was typed."""
    seen = request.POST.get("round", "")
    said = {name: request.POST.get(name, "") for name in ("outcome", "rationale", "conditions")}

    def act() -> HttpResponse:
        decided = deciding.decide(
            pk,
            seen_round=int(seen) if seen.isdigit() and len(seen) < 6 else None,
            actor=actor_for(request.user),
            **said,
        )
        messages.success(request, _done(decided))
        return redirect("decisions")

    return _acted(request, pk, act)


def _done(decision: Decision) -> str:
    if decision.state != Decision.State.DECIDED:
        text = _("%(question)s %(ref)s: your vote counts; others have still to vote.")
        return text % {"question": decision.question, "ref": decision.subject_ref}
    return _("%(question)s %(ref)s: %(outcome)s.") % {
        "question": decision.question,
        "ref": decision.subject_ref,
        "outcome": decision.get_outcome_display(),
    }


def _acted(request: HttpRequest, pk: int, act: Callable[[], HttpResponse]) -> HttpResponse:
    if selector.find(request.user, pk) is None:
        raise Http404
    try:
        return act()
    except Invalid as refused:
        return _page(request, "open", pk, errors=refused.errors, status=400)
    except Conflict as refused:
        return _page(request, "open", pk, errors={"rationale": [refused.sentence]}, status=409)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's vote back."""

    def act() -> HttpResponse:
        row = deciding.withdraw_vote(pk, actor=actor_for(request.user))
        text = _("Your vote on %(question)s %(ref)s is taken back; vote again when you are ready.")
        messages.success(request, text % {"question": row.question, "ref": row.subject_ref})
        return redirect(f"{reverse('decisions')}?open={pk}")

    return _acted(request, pk, act)


@login_required
@require_POST
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Recommend, agree or give input."""

    def act() -> HttpResponse:
        said = {name: request.POST.get(name, "") for name in ("part", "verdict", "text")}
        opinions.give(pk, actor=actor_for(request.user), **said)
        messages.success(request, _("Your opinion stands with the decision."))
        return redirect(f"{reverse('decisions')}?open={pk}")

    return _acted(request, pk, act)


@login_required
@require_POST
def reverse_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a decision is taken back."""

    def act() -> HttpResponse:
        reason = request.POST.get("reason", "")
        row = reversing.ask_reversal(pk, reason=reason, actor=actor_for(request.user))
        text = _("It is asked whether %(question)s %(ref)s is taken back.")
        messages.success(request, text % {"question": row.question, "ref": row.subject_ref})
        return redirect(f"{reverse('decisions')}?open={row.pk}")

    return _acted(request, pk, act)


@login_required
@require_POST
def defer(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a decision off to a day."""

    def act() -> HttpResponse:
        until = first_moment(request.POST, "until")
        if until is None:
            sentence = _("Choose a day ahead of now.")
            raise Invalid(sentence, {"until": [sentence]})
        reason = request.POST.get("reason", "")
        row = deciding.defer(pk, until=until, reason=reason, actor=actor_for(request.user))
        text = _("%(question)s %(ref)s comes back on its day.")
        messages.success(request, text % {"question": row.question, "ref": row.subject_ref})
        return redirect("decisions")

    return _acted(request, pk, act)
