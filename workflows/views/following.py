"""Following a request: remind, answer, correct what one wrote, reopen, say how it went, print."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.selectors import portal
from catalog.services import drafts
from esm.common.errors import Invalid
from esm.events.actors import Actor
from governance.selectors import people
from workflows.models import Comment, Request
from workflows.selectors import (
    answers,
    filed,
    following,
    history,
    listing,
    mentions,
    request_page,
    timeline,
)
from workflows.selectors import requests as seen
from workflows.services import closing, conversation
from workflows.services import following as follow
from workflows.services.looking import look_at_request
from workflows.views.acting import _act


@login_required
def nudge(request: HttpRequest, ref: str) -> HttpResponse:
    """Remind whoever is waited on."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        follow.nudge(found.pk, actor=actor)
        return _("Reminded. You can do it again in four working hours.")

    return _act(request, ref, do)


@login_required
def answer_question(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Answer what a step waits for."""
    found = seen.by_ref(request.user, ref)
    visit = found.visits.filter(seq=seq).first()
    if visit is None:
        raise Http404

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        follow.answer_question(found.pk, seq, text=r.POST.get("answer", ""), actor=actor)
        return _("Answered. The work goes on.")

    field = {
        "name": "answer", "label": _("Your answer"), "type": "textarea", "required": True,
        "help": visit.question,
    }  # fmt: skip
    ask = {"title": _("Answer the question"), "verb": _("Answer"), "fields": [field]}
    return _act(request, ref, do, ask=ask)


def _own(request: HttpRequest, ref: str, seq: int, internal: bool) -> Comment:
    """One's own message or note that was not taken back; all else is not there."""
    found = seen.by_ref(request.user, ref)
    person = people.person_for(request.user)
    rows = found.comments.filter(seq=seq, internal=internal, author=person, removed_at=None)
    row = rows.first() if person else None
    if row is None:
        raise Http404
    return row


@login_required
def edit_comment(
    request: HttpRequest, ref: str, seq: int, *, internal: bool = False
) -> HttpResponse:
    """Correct what one wrote a moment ago."""
    row = _own(request, ref, seq, internal)

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        body = r.POST.get("body", "")
        conversation.edit_comment(found.pk, seq, body=body, internal=internal, actor=actor)
        return _("Changed. What was there before stays on record.")

    field: dict[str, Any] = {
        "name": "body", "label": _("Message"), "type": "textarea", "required": True,
    }  # fmt: skip
    ask = {"title": _("Change your message"), "verb": _("Keep the change"), "fields": [field]}
    return _act(request, ref, do, ask=ask, typed={"body": row.body})


@login_required
def remove_comment(
    request: HttpRequest, ref: str, seq: int, *, internal: bool = False
) -> HttpResponse:
    """Take back what one wrote a moment ago."""
    _own(request, ref, seq, internal)

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        conversation.remove_comment(found.pk, seq, internal=internal, actor=actor)
        return _("Taken back. That a message was there stays visible.")

    return _act(request, ref, do)


@login_required
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """What was delivered is not right."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        closing.reopen(found.pk, reason=r.POST.get("reason", ""), actor=actor)
        return _("Reopened. The team that finished last has it again.")

    field = {"name": "reason", "label": _("What is not right?"), "type": "textarea",
             "required": True}  # fmt: skip
    ask = {"title": _("Reopen the request"), "verb": _("Reopen"), "fields": [field]}
    return _act(request, ref, do, ask=ask)


def _score(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Invalid("Choose one of five.", {"score": ["Choose one of five."]})
    return int(text)


@login_required
def pulse(request: HttpRequest, ref: str) -> HttpResponse:
    """Say how it went."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        closing.answer_pulse(
            found.pk,
            score=_score(r.POST.get("score", "")),
            word=r.POST.get("word", ""),
            comment=r.POST.get("comment", ""),
            actor=actor,
        )
        return _("Thank you. Only figures of five people and more are shown.")

    words = [_("bad"), _("poor"), _("fair"), _("good"), _("very good")]
    options = [{"key": str(n), "label": f"{n} · {word}"} for n, word in enumerate(words, start=1)]
    fields = [
        {"name": "score", "label": _("How did it go?"), "type": "choice", "options": options,
         "required": True},
        {"name": "word", "label": _("In one word"), "type": "text"},
        {"name": "comment", "label": _("What should we keep or change?"), "type": "textarea"},
    ]  # fmt: skip
    ask = {"title": _("How did it go?"), "verb": _("Send the answer"), "fields": fields}
    return _act(request, ref, do, ask=ask)


@login_required
@require_safe
def readers(request: HttpRequest, ref: str) -> HttpResponse:
    """Who may be meant by what was typed after ``@``; a fragment."""
    found = seen.by_ref(request.user, ref)
    may = request_page.may(request.user, found)
    internal = request.GET.get("internal") == "1" and may["request.note"]
    text = request.GET.get("q", "")
    named = mentions.suggested(found, text, internal=internal) if may["request.comment"] else []
    return render(request, "workflows/people.html", {"people": named})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_others(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask another team for a part: choose what, then write it as any request."""
    found = seen.by_ref(request.user, ref)
    offerings = portal.offerings_for(request.user).select_related("service__department")
    if request.method == "POST":
        wanted = offerings.filter(key=request.POST.get("offering", "")).first()
        if wanted is None or not following.may_link(request.user, found):
            messages.error(request, _("This cannot be asked for from here."))
            return redirect("request", ref=found.ref)
        person = people.person_for(request.user)
        draft = drafts.start_draft(wanted, user=request.user, person=person, part_of=found.ref)
        return redirect("draft", draft_id=draft.pk)
    page = {"r": found, "may": following.may_link(request.user, found)}
    page["offerings"] = list(offerings.order_by("service__name", "name")[:200])
    return render(request, "workflows/ask_others.html", page)


@login_required
@require_safe
def print_view(request: HttpRequest, ref: str) -> HttpResponse:
    """The request on paper: what this viewer sees, on one page, without controls."""
    found = seen.by_ref(request.user, ref)
    look_at_request(request.user, found)
    filed.read(found)
    _parent, parts = following.family_of(request.user, found)
    page = request_page.page(request.user, found, parts)
    told = history.heard(found, history.hearing(request.user, found))
    context = {
        "r": found,
        "page": page,
        "entries": timeline.entries(found, page.blueprint, told)[::-1],
        "answers": answers.answers_for(request.user, found).in_words(),
        "children": listing.rows_of(parts),
        "files": filed.listed(request.user, found),
    }
    return render(request, "workflows/print.html", context)
