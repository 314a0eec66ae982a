"""Everything that can be done to a request: one POST each, one service call each.

A GET of the same address asks for what the POST needs, so that all works without script. A refused
form answers with the sentence and keeps what was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Draft
from esm.common.errors import Invalid
from esm.events.actors import Actor
from governance.models import Person
from governance.selectors import people
from workflows.models import Comment, Request
from workflows.selectors import following, replies, request_page
from workflows.selectors import requests as seen
from workflows.services import checklists, handoffs, limits, requests, stages
from workflows.views.onward import aside, onward, queue_next, told

Do = Callable[[Request, Actor, HttpRequest], str]


def _act(
    request: HttpRequest,
    ref: str,
    do: Do,
    *,
    ask: Mapping[str, Any] | None = None,
    at: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Find the visible request, act, go back to where the person was with a toast."""
    # A post goes on to another page; what only this one names is read where it is asked again.
    found = seen.by_ref(request.user, ref, related=() if request.method == "POST" else seen.RELATED)
    errors: Mapping[str, list[str]] = {}
    if request.method == "POST":
        actor = people.actor_for(request.user, team=request.POST.get("as_team", ""))
        try:
            done = do(found, actor, request)
            messages.success(request, done if at else told(request, found.ref, done))
        except Invalid as refused:
            if refused.code == limits.CODE:
                ask = _above_limit()
            if ask is None:
                messages.error(request, refused.sentence)
                return redirect(aside(request, found.ref) + at)
            errors = refused.errors or {"": [refused.sentence]}
        else:
            # What stays on its place on the page is no reason to go on.
            return redirect(aside(request, found.ref) + at if at else onward(request, found.ref))
    elif ask is None:
        return redirect("request", ref=ref)
    page = {"request_": found, "errors": errors, "back": aside(request, found.ref), **(ask or {})}
    page |= {"here": request.path, "next": queue_next(request)}
    # Saved replies are for who answers others, not for who asked.
    person = people.person_for(request.user)
    asked = person is not None and person.pk in (found.requester_id, found.beneficiary_id)
    page["replies_to"] = None if asked else found
    page["values"] = request.POST or typed or _picked(request, found, page.get("fields", ()))
    return render(request, "workflows/ask.html", page, status=400 if errors else 200)


def _above_limit() -> dict[str, Any]:
    """What is asked where the team has as much in hand as it agreed on."""
    fields = [
        {"name": "over_limit", "label": _("Why can it not wait?"), "type": "textarea",
         "required": True, "help": _("Your team reads it in the history.")},
        {"name": "take", "type": "hidden", "label": ""},
    ]  # fmt: skip
    return {"title": _("Above the limit of the team"), "verb": _("Take it on"), "fields": fields}


def _picked(request: HttpRequest, found: Request, fields: Sequence[Any]) -> dict[str, str]:
    """The text of the saved reply that was chosen, in the first field that takes a text."""
    chosen = request.GET.get("reply", "")
    names = [f["name"] for f in fields if f.get("type") == "textarea"]
    if not names or not chosen.isdecimal() or len(chosen) > 9:
        return {}
    reply = replies.by_id(request.user, int(chosen))
    return {names[0]: replies.render(reply.body, replies.values_for(request.user, found))}


def _whole(request: HttpRequest, draft: Draft) -> Request | None:
    """The request of which a draft asks for a part; one that is hidden by now is not found."""
    return seen.by_ref(request.user, draft.part_of) if draft.part_of else None


@login_required
@require_POST
def send(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Send a finished draft; the page of the new request says by when to expect what."""
    draft = Draft.objects.select_related("offering__service", "person", "beneficiary").filter(
        pk=draft_id, user__username=request.user.get_username()
    )
    row = draft.first()
    if row is None:
        raise Http404
    try:
        sent = requests.submit(
            offering=row.offering,
            data=row.data,
            requester=row.person,
            actor=people.actor_for(request.user),
            draft=row,
            beneficiary=row.beneficiary,
            parent=_whole(request, row),
        )
    except Invalid as refused:
        messages.error(request, refused.sentence)
        return redirect(f"/drafts/{row.pk}/")
    messages.success(request, _("Sent as %(ref)s.") % {"ref": sent.ref})
    return redirect("request", ref=sent.ref)


@login_required
def claim(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Take a step."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        stages.claim(found.pk, seq, over_limit=r.POST.get("over_limit", ""), actor=actor)
        return _("It is yours.")

    return _act(request, ref, do)


@login_required
def release(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Put a step back."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        stages.release(found.pk, seq, actor=actor)
        return _("Back in the queue of the team.")

    return _act(request, ref, do)


@login_required
def complete(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Finish a step; where the next team is another one, this is the offer."""
    found = seen.by_ref(request.user, ref)
    live = [v for v in request_page.page(request.user, found).live if v.visit.seq == seq]

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        stages.complete_visit(
            found.pk,
            seq,
            note=r.POST.get("note", ""),
            override=r.POST.get("override", ""),
            actor=actor,
        )
        return _("Done. The next step has it now.")

    ask = {
        "title": _("Finish this step"),
        "verb": _("Hand over") if live and live[0].hands_over else _("Finish"),
        "live": live[0] if live else None,
        "fields": [{"name": "note", "label": _("Note for the next team"), "type": "textarea"}],
    }
    return _act(request, ref, do, ask=ask)


@login_required
def tick(request: HttpRequest, ref: str, seq: int, item: str) -> HttpResponse:
    """Tick an item of the checklist, or take the tick back."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        done = bool(r.POST.get("done"))
        checklists.tick_item(found.pk, seq, item=item, done=done, actor=actor)
        return _("Ticked.") if done else _("Open again.")

    return _act(request, ref, do, at=f"#checklist-{seq}")


@login_required
def pause(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Let a step stand still until somebody answers."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        stages.pause(
            found.pk,
            seq,
            party=r.POST.get("party", ""),
            reason=r.POST.get("reason", ""),
            actor=actor,
        )
        return _("It stands still; the clock knows whom it waits for.")

    options = [
        {"key": "requester", "label": _("The requester")},
        {"key": "third", "label": _("Somebody outside")},
    ]
    ask = {
        "title": _("Who has to answer?"),
        "verb": _("Let it wait"),
        "fields": [
            {"name": "party", "label": _("Waits for"), "type": "choice", "options": options,
             "required": True},
            {"name": "reason", "label": _("For what"), "type": "textarea", "required": True},
        ],
    }  # fmt: skip
    return _act(request, ref, do, ask=ask)


@login_required
def resume(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Go on after a wait."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        stages.resume(found.pk, seq, actor=actor)
        return _("It goes on.")

    return _act(request, ref, do)


@login_required
def accept(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Take over what was offered."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        why = r.POST.get("over_limit", "")
        handoff = handoffs.accept(found.pk, seq, over_limit=why, actor=actor)
        if r.POST.get("take"):
            stages.claim(found.pk, handoff.to_visit.seq, over_limit=why, actor=actor)
            return _("Accepted, and it is yours.")
        return _("Accepted.")

    return _act(request, ref, do)


@login_required
def give_back(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Return an offer with a reason both teams agreed on."""
    found = seen.by_ref(request.user, ref)
    row = found.handoffs.select_related("giver_team").filter(seq=seq).first()
    if row is None:
        raise Http404
    page = request_page.page(request.user, found)

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        handoffs.return_to_giver(
            found.pk,
            seq,
            reason=r.POST.get("reason", ""),
            note=r.POST.get("note", ""),
            actor=actor,
        )
        return _("Returned with your reason.")

    reasons = request_page.return_reasons(page.blueprint, row)
    options = [{"key": key, "label": text} for key, text in reasons]
    reason: dict[str, Any] = {"name": "reason", "label": _("What is missing?"), "required": True}
    reason |= {"type": "choice", "options": options} if options else {"type": "text"}
    ask = {
        "title": _("Return to %(team)s") % {"team": row.giver_team.name},
        "verb": _("Return with this reason"),
        "fields": [
            reason,
            {"name": "note", "label": _("What would make it usable?"), "type": "textarea",
             "required": True},
        ],
    }  # fmt: skip
    return _act(request, ref, do, ask=ask)


@login_required
def ask(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Ask the giver before accepting."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        handoffs.ask(found.pk, seq, question=r.POST.get("question", ""), actor=actor)
        return _("Asked. Your clock stands still until the answer.")

    field = {"name": "question", "label": _("Your question"), "type": "textarea", "required": True}
    page = {"title": _("Ask before accepting"), "verb": _("Ask"), "fields": [field]}
    return _act(request, ref, do, ask=page)


@login_required
def answer(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Answer the receiver's question."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        handoffs.answer(found.pk, seq, text=r.POST.get("answer", ""), actor=actor)
        return _("Answered. The offer stands again.")

    field = {"name": "answer", "label": _("Your answer"), "type": "textarea", "required": True}
    page = {"title": _("Answer the question"), "verb": _("Answer"), "fields": [field]}
    return _act(request, ref, do, ask=page)


@login_required
def comment(request: HttpRequest, ref: str) -> HttpResponse:
    """Write to everyone on the request, or a note for the teams that work on it."""

    said: list[Comment] = []

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        internal = bool(r.POST.get("internal"))
        said.append(
            requests.comment(found.pk, body=r.POST.get("body", ""), internal=internal, actor=actor)
        )
        return _("Noted.") if internal else _("Sent to everyone on this request.")

    fields = [{"name": "body", "label": _("Message"), "type": "textarea", "required": True}]
    ask = {"title": _("Write"), "verb": _("Send"), "fields": fields}
    answer = _act(request, ref, do, ask=ask)
    if any("@" in row.body for row in said):
        # The page asks the writer about those who were named and may not read it.
        (row,) = said
        number = f"{following.NOTE if row.internal else ''}{row.seq}"
        return redirect(f"/requests/{row.request.ref}/?said={number}")
    return answer


@login_required
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """The requester no longer needs it."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        requests.withdraw(found.pk, reason=r.POST.get("reason", ""), actor=actor)
        return _("Withdrawn. Everyone on it sees why.")

    field = {"name": "reason", "label": _("Why?"), "type": "textarea", "required": True}
    page = {"title": _("Withdraw the request"), "verb": _("Withdraw"), "fields": [field]}
    return _act(request, ref, do, ask={**page, "danger": True})


@login_required
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """The requester confirms what was delivered."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        requests.close(found.pk, actor=actor)
        return _("Confirmed. Thank you.")

    return _act(request, ref, do)


@login_required
def share(request: HttpRequest, ref: str) -> HttpResponse:
    """Give one more person sight of this request."""

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        wanted = {"email__iexact": r.POST.get("email", "")}
        if r.POST.get("person"):
            wanted = {"key": r.POST["person"]}
        person = Person.objects.filter(**wanted, active=True).first()
        if person is None:
            raise Invalid("Nobody has this address.", {"email": ["Nobody has this address."]})
        requests.share(found.pk, person=person, actor=actor)
        return _("Shared.")

    field = {"name": "email", "label": _("Mail address"), "type": "email", "required": True}
    return _act(request, ref, do, ask={"title": _("Share"), "verb": _("Share"), "fields": [field]})
