"""Pages of webhooks: those one has, how their messages fared, and what can be done about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.common.errors import Invalid, ServiceError
from esm.events import policies
from esm.events.models import WebhookEndpoint
from esm.events.selectors import webhooks as known
from esm.events.services import webhooks
from governance.selectors.people import actor_for
from governance.views.asking import Field, Form, Typed, answer, first_moment, kept, last_moment
from governance.views.people import ASKS

PAGE = 50


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _crumbs(row: WebhookEndpoint | None = None, last: str = "") -> list[tuple[str, str]]:
    found = [(_("Webhooks"), reverse("webhooks"))]
    if row is not None:
        found.append((str(row), reverse("webhook", args=[row.key]) if last else ""))
    return [*found, (last, "")] if last else found


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": _user(request), "actor": actor_for(request.user)}


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """One's webhooks; all of them for administrators."""
    rows = list(known.visible_to(_user(request))[:200])
    mine = [row for row in rows if row.owner_id == _user(request).pk]
    page = {"mine": mine, "others": [row for row in rows if row not in mine]}
    return render(request, "governance/webhooks/list.html", page)


def _types_field(value: list[str]) -> Field:
    options = [("*", _("Everything you may see"))]
    for word, types in known.choices_of_types():
        options.append((f"{word}.*", _("All of %(word)s") % {"word": word.replace("_", " ")}))
        options += [(name, name) for name in types]
    return {"name": "types", "label": _("Events"), "type": "choices", "options": options,
            "value": value, "required": True,
            "help": _("A new type of a word with a star is sent by itself.")}  # fmt: skip


def _fields(row: WebhookEndpoint | None = None) -> list[Field]:
    return [
        {"name": "url", "label": _("Address"), "type": "url", "required": True,
         "value": row.url if row else "", "max_length": 2000,
         "help": _("https, a public host; internal hosts must be allowed by who runs the portal.")},
        {"name": "description", "label": _("What it is for"), "max_length": 200,
         "value": row.description if row else ""},
        _types_field(row.types if row else ["request.*"]),
    ]  # fmt: skip


def _affects() -> list[str]:
    return [
        _("It is sent what its owner may see at that moment, never more, and no free text."),
        _("Every message is signed; what fails is tried again for 72 hours."),
    ]


@never_cache
@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Have events sent to an address."""
    user = _user(request)
    fields = _fields()
    if user.is_admin:
        programs = ServiceAccount.objects.filter(active=True).order_by("name")
        options = [("", _("Me")), *((row.key, row.name) for row in programs)]
        fields.insert(2, {"name": "program", "label": _("Whose sight counts"), "type": "select",
                          "options": options, "value": ""})  # fmt: skip
    form = Form(
        title=_("New webhook"),
        submit=_("Make webhook"),
        back=reverse("webhooks"),
        crumbs=_crumbs(None, _("New webhook")),
        lede=_("A program of yours is told what happens, instead of asking again and again."),
        fields=fields,
        affects=_affects(),
        with_reason=False,
    )

    def make(typed: Any) -> HttpResponse:
        owner = user
        if typed.get("program"):
            row = ServiceAccount.objects.select_related("user").filter(key=typed["program"]).first()
            if row is None:
                raise Invalid(_("Choose one of the list."), {"program": [_("Choose again.")]})
            owner = row.user
        found = webhooks.make_endpoint(
            owner,
            url=typed.get("url", ""),
            types=typed.getlist("types"),
            description=typed.get("description", ""),
            **_who(request),
        )
        return _shown_once(request, found)

    return answer(request, form, make)


def _shown_once(request: HttpRequest, found: webhooks.Shown) -> HttpResponse:
    """The page with a secret: drawn as the answer, kept nowhere."""
    page = {"found": found, "row": found.endpoint, "crumbs": _crumbs(found.endpoint, _("Secret"))}
    response = render(request, "governance/webhooks/secret.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


@kept
@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One webhook with its last messages."""
    user = _user(request)
    row = known.by_key(user, key)
    before = request.GET.get("before", "")
    rows = known.messages_of(row)
    if before.isascii() and before.isdigit():
        rows = rows.filter(sequence__lt=min(int(before), 2**31 - 1))
    found = list(rows[: PAGE + 1])
    entries = known.entries(user, row, found[:PAGE])
    older = f"?before={entries[-1].sequence}" if len(found) > PAGE else ""
    page = {
        "row": row,
        "owns": policies.owns(user, row),
        "entries": entries,
        "older": older,
        "crumbs": _crumbs(row),
    }
    return render(request, "governance/webhooks/one.html", page)


@kept
@ASKS
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Another address, description or choice."""
    row = known.by_key(_user(request), key)
    policies.require_owner(_user(request), row)
    form = Form(
        title=_("Change webhook"),
        submit=_("Save"),
        back=reverse("webhook", args=[row.key]),
        crumbs=_crumbs(row, _("Change")),
        fields=_fields(row),
        affects=_affects(),
        with_reason=False,
    )

    def save(typed: Any) -> str:
        webhooks.change_endpoint(
            row,
            url=typed.get("url", ""),
            types=typed.getlist("types"),
            description=typed.get("description", ""),
            **_who(request),
        )
        return _("Saved.")

    return answer(request, form, save)


@never_cache
@kept
@ASKS
def rotate(request: HttpRequest, key: str) -> HttpResponse:
    """A new secret."""
    row = known.by_key(_user(request), key)
    policies.require_owner(_user(request), row)
    form = Form(
        title=_("New secret"),
        submit=_("Make new secret"),
        back=reverse("webhook", args=[row.key]),
        crumbs=_crumbs(row, _("New secret")),
        lede=_("It is shown once. For 24 hours messages carry a signature of both."),
        affects=[_("A receiver that still has the old secret refuses messages after 24 hours.")],
        with_reason=False,
    )
    return answer(
        request,
        form,
        lambda typed: _shown_once(request, webhooks.rotate_secret(row, **_who(request))),
    )


@kept
@ASKS
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End it for good."""
    row = known.by_key(_user(request), key)
    form = Form(
        title=_("End this webhook"),
        submit=_("End webhook"),
        back=reverse("webhook", args=[row.key]),
        crumbs=_crumbs(row, _("End")),
        lede=_("What still waits is not sent. It cannot be taken back; a new one can be made."),
        affects=[_("The receiver hears nothing more. Its log stays for 30 days.")],
        danger=True,
        with_reason=False,
    )

    def stop(typed: Typed) -> str:
        webhooks.end_endpoint(row, **_who(request))
        return _("It has ended.")

    return answer(request, form, stop)


@kept
@ASKS
def replay(request: HttpRequest, key: str) -> HttpResponse:
    """Send a time again."""
    row = known.by_key(_user(request), key)
    policies.require_owner(_user(request), row)
    form = Form(
        title=_("Send again"),
        submit=_("Send again"),
        back=reverse("webhook", args=[row.key]),
        crumbs=_crumbs(row, _("Send again")),
        lede=_("Everything of these days that it is subscribed to and its owner may see now."),
        fields=[
            {"name": "since", "label": _("First day"), "type": "date", "width": "s"},
            {"name": "until", "label": _("Last day"), "type": "date", "width": "s",
             "help": _("At most 7 days within the last 30. Empty is until now.")},
        ],
        affects=[_("What arrived before arrives again under its id, so a receiver can tell.")],
        with_reason=False,
    )  # fmt: skip

    def again(typed: Typed) -> str:
        if not typed.get("since"):
            raise Invalid(_("Choose the first day."), {"since": [_("Choose the first day.")]})
        now, since = clock.now(), first_moment(typed, "since")
        assert since is not None
        if since == now:
            # Today means from its beginning on, not from this moment.
            since = now.replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(last_moment(typed, "until") or now, now)
        webhooks.replay_range(row, since=since, until=until, **_who(request))
        return _("They are on their way.")

    return answer(request, form, again)


def _acts(request: HttpRequest, row: WebhookEndpoint, do: Any, said: str) -> HttpResponse:
    try:
        do()
    except ServiceError as refused:
        if refused.status in (403, 404):
            raise
        messages.error(request, refused.sentence)
    else:
        messages.success(request, said)
    return redirect("webhook", row.key)


@kept
@require_POST
def pause(request: HttpRequest, key: str) -> HttpResponse:
    """Send nothing until it is resumed."""
    row = known.by_key(_user(request), key)
    said = _("Nothing is sent until you resume it.")
    return _acts(request, row, lambda: webhooks.pause_endpoint(row, **_who(request)), said)


@kept
@require_POST
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Send again."""
    row = known.by_key(_user(request), key)
    said = _("It is sent to again, what waited first.")
    return _acts(request, row, lambda: webhooks.resume_endpoint(row, **_who(request)), said)


@kept
@require_POST
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Send a message that says nothing."""
    row = known.by_key(_user(request), key)
    said = _("A test message is on its way. Load this page again to see how it fared.")
    return _acts(request, row, lambda: webhooks.send_test(row, **_who(request)), said)


@kept
@require_POST
def again(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Send one message again."""
    row = known.by_key(_user(request), key)
    said = _("It is on its way again.")
    who = _who(request)
    return _acts(request, row, lambda: webhooks.replay_message(row, number, **who), said)
