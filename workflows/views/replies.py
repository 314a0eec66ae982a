"""Saved replies: the list, writing one, and the picker of a request."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from governance.selectors import people, sharing
from workflows.models import SavedReply
from workflows.selectors import replies
from workflows.selectors import requests as seen
from workflows.services import replies as keeping


@login_required
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """The saved replies one may use, by name."""
    text = request.GET.get("q", "")[:80]
    rows, after = replies.page_of(request.user, text=text, after=request.GET.get("after", ""))
    keeps = {row.pk: sharing.may_keep(request.user, row).ok for row in rows}
    page = {"rows": rows, "q": text, "keeps": keeps, "next_url": f"?q={text}&after={after}"}
    return render(request, "workflows/replies.html", page | {"more": bool(after)})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Write a new one."""
    return _edit(request, None)


@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one; who may not sees its text."""
    return _edit(request, replies.by_id(request.user, pk))


def _edit(request: HttpRequest, reply: SavedReply | None) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    typed: Any = request.POST
    if request.method == "POST":
        try:
            kept = keeping.save_reply(
                name=typed.get("name", ""),
                body=typed.get("body", ""),
                audience=typed.get("audience", ""),
                reply_id=reply.pk if reply else None,
                actor=people.actor_for(request.user),
            )
        except Invalid as refused:
            errors = refused.errors
        else:
            messages.success(request, _saved_words(kept))
            return redirect("replies")
    elif reply is not None:
        typed = {"name": reply.name, "body": reply.body, "audience": reply.audience}
    else:
        typed = {"audience": sharing.MINE}
    verdict = sharing.may_keep(request.user, reply) if reply else None
    page = {
        "reply": reply,
        "verdict": verdict,
        "fields": [{**f, "value": typed.get(f["name"], "")} for f in _fields(request)],
        "errors": errors,
        "placeholders": replies.PLACEHOLDERS.items(),
    }
    return render(request, "workflows/reply.html", page, status=400 if errors else 200)


def _fields(request: HttpRequest) -> list[dict[str, Any]]:
    options = [{"key": key, "label": label} for key, label in sharing.audiences(request.user)]
    return [
        {"name": "name", "label": _("Name"), "required": True, "max_length": keeping.MAX_NAME,
         "help": _("What you type after :: to find it.")},
        {"name": "body", "label": _("Text"), "type": "textarea", "rows": 8, "required": True},
        {"name": "audience", "label": _("For whom"), "type": "choice", "options": options,
         "required": True},
    ]  # fmt: skip


def _saved_words(kept: SavedReply) -> str:
    strange = replies.unknown(kept.body)
    if not strange:
        return _("Saved.")
    return _("Saved. This is no placeholder and stays as it is: %(words)s") % {
        "words": ", ".join(strange[:3])
    }


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take it away."""
    reply = replies.by_id(request.user, pk)
    if request.method == "POST":
        keeping.remove_reply(reply.pk, actor=people.actor_for(request.user))
        messages.success(request, _("“%(name)s” is gone.") % {"name": reply.name})
        return redirect("replies")
    return render(request, "workflows/reply_remove.html", {"reply": reply})


@login_required
@require_safe
def picker(request: HttpRequest, ref: str) -> HttpResponse:
    """Saved replies with the placeholders of one request filled in: a page, or the list alone."""
    found = seen.by_ref(request.user, ref)
    text = request.GET.get("q", "")[:80]
    base = f"/requests/{found.ref}/"
    to = request.GET.get("to", "")
    to = to if to.startswith(base) and "//" not in to and "?" not in to else f"{base}comments/"
    page = {"r": found, "q": text, "to": to, "rows": replies.offered(request.user, found, text)}
    return render(request, "workflows/reply_picker.html", page)
