"""Following a request: my requests, its page, who can see it."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from esm.common.errors import NotFound
from esm.notices.selectors import inbox
from governance.selectors import people
from governance.services.evidence import verdict
from workflows.models import Request
from workflows.selectors import (
    answers,
    envelopes,
    filed,
    following,
    history,
    knowledge,
    listing,
    move_page,
    ranges,
    seers,
    timeline,
)
from workflows.selectors import request_page as pages
from workflows.selectors import requests as seen
from workflows.services.looking import look_at_request


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I asked for, newest first, page by page."""
    view = "done" if request.GET.get("view") == "done" else "open"
    page = listing.mine(request.user, view=view, after=request.GET.get("after", ""))
    next_url = f"?view={view}&after={page.after}" if page.after else ""
    context = {"page": page, "view": view, "next_url": next_url}
    return render(request, "workflows/mine.html", context)


@login_required
@require_safe
def detail(request: HttpRequest, ref: str) -> HttpResponse:
    """One request: where it is, what you can do, what was said; or where it is alone."""
    try:
        chosen = inbox.thread_of(request.user, history.chain_of("pk"))
        parts = following.has_parts()
        found = seen.by_ref(request.user, ref, following=chosen, has_parts=parts)
    except NotFound:
        envelope = envelopes.by_ref(request.user, ref)
        return render(request, "workflows/envelope.html", {"e": envelope, "r": envelope.request})
    look_at_request(request.user, found)
    filed.read(found)
    family = following.family_of(request.user, found)
    page = pages.page(request.user, found, family[1])
    tab = request.GET.get("tab", "everything")
    told = history.heard(found, history.hearing(request.user, found))
    viewer = people.person_for(request.user)
    entries = timeline.with_uses(
        timeline.entries(found, page.blueprint, told, viewer=viewer),
        knowledge.visible_to(request.user, found) if page.uses_knowledge else (),
        page.blueprint,
    )
    shown = [entry for entry in entries if entry.in_tab(tab)]
    return render(
        request,
        "workflows/request.html",
        {
            "page": page,
            "controls": partial(_controls, request, found),
            "follow": following.of_page(request.user, page, request.GET.get("said", ""), family),
            "r": found,
            "tab": tab,
            "tabs": timeline.tabs_of(entries),
            "entries": shown,
            "files": filed.listed(request.user, found),
            "expected": ranges.expected(found, page.live),
            "answers": answers.answers_for(request.user, found),
            "writes_up": knowledge.team_to_write_up(request.user, found, page.visits),
            "mark": len(told),
            "moves": move_page.moves_of(request.user, found),
        },
    )


def _controls(request: HttpRequest, found: Request, number: int, internal: bool) -> SafeString:
    """What the writer of a message may still do with it."""
    kind = "note" if internal else "comment"
    context = {"r": found, "number": number, "edit": f"{kind}-edit", "remove": f"{kind}-remove"}
    return render_to_string("workflows/comment_change.html", context, request=request)


@login_required
@require_safe
def access(request: HttpRequest, ref: str) -> HttpResponse:
    """Who can see this request, and why."""
    found = seen.by_ref(request.user, ref)
    audits = verdict(request.user).ok
    everybody = seers.of_request(found) if audits else []
    page = {"r": found, "readers": pages.readers(found), "audits": audits, "seers": everybody}
    return render(request, "workflows/access.html", page)
