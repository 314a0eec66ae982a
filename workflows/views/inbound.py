"""Webhooks in: the address that takes messages, and the pages on which sources are kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Offering
from esm.accounts.models import ServiceAccount
from esm.common.api.errors import Malformed
from esm.common.api.parsers import read_json
from esm.common.errors import Invalid, NotAllowed, Retired
from governance.models import Person
from governance.selectors.people import actor_for
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS
from workflows.models import InboundSource
from workflows.selectors import inbound as known
from workflows.services import inbound


def read_body(raw: bytes) -> Any:
    """One JSON value. Raises Invalid."""
    try:
        return read_json(raw)
    except Malformed as refused:
        said = str(refused.detail)
        raise Invalid(said, {"body": [said]}) from None


@csrf_exempt
@require_POST
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """One message of a program outside: believed by its signature alone."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > inbound.MOST_BYTES:
        return JsonResponse({"refused": "A message has at most 256 kB."}, status=413)
    headers = {name: request.headers.get(name, "") for name in
               ("webhook-id", "webhook-timestamp", "webhook-signature")}  # fmt: skip
    try:
        told = inbound.receive(key, headers, request.body, read_body)
    except inbound.NotBelieved:
        # The same for an unknown address: nobody learns which there are.
        return JsonResponse({"refused": "This message is not signed as it should be."}, status=401)
    except (NotAllowed, Retired) as refused:
        # Believed, but its program may do nothing now, or nobody can ask for this any more: it can
        # be sent again once that is mended.
        return JsonResponse({"refused": refused.sentence, **refused.extra}, status=refused.status)
    status = 422 if "refused" in told else 200
    # In one order, so that a kept answer reads byte for byte like the first.
    return JsonResponse(told, status=status, json_dumps_params={"sort_keys": True})


def _crumbs(row: InboundSource | None = None, last: str = "") -> list[tuple[str, str]]:
    found = [(_("Administration"), reverse("admin")), (_("Messages in"), reverse("sources"))]
    if row is not None:
        found.append((row.name, reverse("source", args=[row.key]) if last else ""))
    return [*found, (last, "")] if last else found


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user, "actor": actor_for(request.user)}


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All sources."""
    inbound.require_admin(request.user)
    page = {"rows": list(known.sources()[:200]), "crumbs": _crumbs()[:1]}
    return render(request, "workflows/inbound/list.html", page)


def _mapping_field(value: str) -> Field:
    return {"name": "mapping", "label": _("Where the answers stand"), "type": "textarea",
            "required": True, "rows": 8, "value": value,
            "help": _("A line for each field of the form: «total: order.lines[0].total», or"
                      " «kind: \"new\"» for what is always the same.")}  # fmt: skip


@never_cache
@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Take messages of a program outside."""
    inbound.require_admin(request.user)
    programs = ServiceAccount.objects.filter(active=True).order_by("name")
    people = Person.objects.filter(active=True).order_by("name")[:500]
    offerings = Offering.objects.order_by("name")
    form = Form(
        title=_("New source"),
        submit=_("Make source"),
        back=reverse("sources"),
        crumbs=_crumbs(None, _("New source")),
        lede=_("Signed messages of a program outside become requests, each once."),
        fields=[
            {"name": "name", "label": _("Name"), "required": True, "max_length": 120},
            {"name": "program", "label": _("Program that acts"), "type": "select",
             "required": True, "options": [(one.key, one.name) for one in programs]},
            {"name": "requester", "label": _("Who asks for it"), "type": "select",
             "required": True, "options": [(one.key, one.name) for one in people],
             "help": _("It must be somebody who may ask for this; they follow the requests.")},
            {"name": "offering", "label": _("What is asked for"), "type": "select",
             "required": True, "options": [(one.key, one.name) for one in offerings]},
            _mapping_field(""),
        ],
        affects=[_("Its requests go to the teams as if this person had sent them.")],
        with_reason=False,
    )  # fmt: skip

    def make(typed: Typed) -> HttpResponse:
        names = ("name", "program", "requester", "offering", "mapping")
        given: dict[str, Any] = {name: typed.get(name, "") for name in names}
        found = inbound.make_source(**given, **_who(request))
        return _shown_once(request, found)

    return answer(request, form, make)


def _shown_once(request: HttpRequest, found: inbound.Shown) -> HttpResponse:
    """The page with a secret: drawn as the answer, kept nowhere."""
    address = request.build_absolute_uri(reverse("source-receive", args=[found.source.key]))
    page = {"found": found, "row": found.source, "address": address,
            "crumbs": _crumbs(found.source, _("Secret"))}  # fmt: skip
    response = render(request, "workflows/inbound/secret.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


@kept
@ASKS
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One source with its last messages; a body is tried out without sending anything."""
    inbound.require_admin(request.user)
    row = known.by_key(key)
    form = Form(
        title=row.name,
        submit=_("Try it out"),
        back=reverse("source", args=[row.key]),
        crumbs=_crumbs(row),
        fields=[
            {"name": "body", "label": _("Body of a message"), "type": "textarea", "rows": 6,
             "required": True, "help": _("Nothing is sent: you see what it would ask for.")}
        ],
        template="workflows/inbound/one.html",
        with_reason=False,
        extra={
            "row": row,
            "entries": list(known.messages_of(row)[:50]),
            "mapping": known.mapping_text(row),
            "address": request.build_absolute_uri(reverse("source-receive", args=[row.key])),
        },
    )  # fmt: skip

    def try_out(typed: Typed) -> HttpResponse:
        body = read_body(typed.get("body", "").encode("utf-8", "replace"))
        form.extra["tried"] = sorted(inbound.try_out(row, body, by=request.user).items())
        fields = [{**form.fields[0], "value": typed.get("body", "")}]
        page = {"form": form, "fields": fields, "errors": {}, **form.extra}
        return render(request, form.template, page)

    return answer(request, form, try_out)


@kept
@ASKS
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Another name, or another place where the answers stand."""
    inbound.require_admin(request.user)
    row = known.by_key(key)
    form = Form(
        title=_("Change source"),
        submit=_("Save source"),
        back=reverse("source", args=[row.key]),
        crumbs=_crumbs(row, _("Change")),
        fields=[
            {"name": "name", "label": _("Name"), "required": True, "max_length": 120,
             "value": row.name},
            _mapping_field(known.mapping_text(row)),
        ],
        affects=[_("The next message is read like this; what came before stays as it is.")],
        with_reason=False,
    )  # fmt: skip

    def save(typed: Typed) -> str:
        name, mapping = typed.get("name", ""), typed.get("mapping", "")
        inbound.change_source(row, name=name, mapping=mapping, **_who(request))
        return _("Saved.")

    return answer(request, form, save)


@never_cache
@kept
@ASKS
def rotate(request: HttpRequest, key: str) -> HttpResponse:
    """A new secret."""
    inbound.require_admin(request.user)
    row = known.by_key(key)
    form = Form(
        title=_("New secret"),
        submit=_("Make new secret"),
        back=reverse("source", args=[row.key]),
        crumbs=_crumbs(row, _("New secret")),
        lede=_("It is shown once. For 24 hours messages signed with either are believed."),
        with_reason=False,
    )

    def make(typed: Typed) -> HttpResponse:
        return _shown_once(request, inbound.rotate_source(row, **_who(request)))

    return answer(request, form, make)


@kept
@ASKS
def end(request: HttpRequest, key: str) -> HttpResponse:
    """Take nothing of it any more."""
    inbound.require_admin(request.user)
    row = known.by_key(key)
    form = Form(
        title=_("End this source"),
        submit=_("End source"),
        back=reverse("source", args=[row.key]),
        crumbs=_crumbs(row, _("End")),
        lede=_("Its messages are refused from now on. Requests that came of it go on."),
        danger=True,
        with_reason=False,
    )

    def stop(typed: Typed) -> str:
        inbound.end_source(row, **_who(request))
        return _("It has ended.")

    return answer(request, form, stop)
