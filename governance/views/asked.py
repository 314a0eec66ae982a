"""What people do who are asked about a version: answer, sign, say that they read it."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.errors import Invalid, NotAllowed, NotFound, ServiceError
from governance.models import ModelVersion, Person
from governance.selectors import review_page
from governance.selectors.people import actor_for, person_for
from governance.selectors.review_page import AskedOf
from governance.services import acknowledging, consenting, signing
from governance.views.asking import Typed, answer, kept
from governance.views.people import ASKS
from governance.views.reading import find_version
from governance.views.reviewing import crumbs, form_of, page


@kept
@ASKS
def say(request: HttpRequest, code: str) -> HttpResponse:
    """Answer in a round, for oneself or for whom one stands in; again replaces it."""
    version = find_version(request.user, code)
    person = _person(request)
    for_key = request.POST.get("for", "") or request.GET.get("for", "")
    whom = _stands_for(for_key) if for_key else person
    if request.method != "POST":
        return redirect(_back(request, version))
    actor = actor_for(request.user)
    typed = request.POST
    try:
        if typed.get("withdraw"):
            consenting.withdraw_answer(version, whom, actor=actor)
            messages.success(request, _("Taken back."))
        else:
            consenting.answer(
                version,
                whom,
                answer=typed.get("answer", ""),
                text=typed.get("text", ""),
                actor=actor,
            )
            messages.success(request, _("Your answer is on record."))
    except (NotAllowed, NotFound):
        raise
    except ServiceError as refused:
        return _said_wrong(request, version, refused)
    return redirect(_back(request, version))


def _back(request: HttpRequest, version: ModelVersion) -> str:
    """Where the answer was given: what changes for somebody, or the review."""
    if request.POST.get("back") == "changes":
        return reverse("change", args=[version.code])
    return reverse("model-review", args=[version.code])


def _said_wrong(request: HttpRequest, version: ModelVersion, refused: ServiceError) -> HttpResponse:
    """The review again with what was typed and what is wrong with it."""
    errors = getattr(refused, "errors", None) or {"": [refused.sentence]}
    typed = request.POST

    def put(asked: AskedOf) -> AskedOf:
        answer, text = typed.get("answer", ""), typed.get("text", "")
        return replace(asked, answer=answer, text=text, errors=errors)

    return page(request, version, put, refused.status)


def _person(request: HttpRequest) -> Person:
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    return person


def _stands_for(key: str) -> Person:
    found = Person.objects.filter(key=key.replace("\x00", "")).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


@kept
@ASKS
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """The agreements a version touches, with a button for each side the viewer signs for."""
    version = find_version(request.user, code)
    found = review_page.signing(request.user, version)
    errors: list[str] = []
    status = 200
    if request.method == "POST":
        key, _colon, side = request.POST.get("what", "").replace("\x00", "").partition(":")
        try:
            signing.sign(version, _person(request), key, side, actor=actor_for(request.user))
        except Invalid as refused:
            errors, status = [refused.sentence], 400
        else:
            messages.success(request, _("Signed."))
            return redirect("model-sign", code)
    shown = {
        "version": version,
        "page": found,
        "errors": errors,
        "crumbs": crumbs(version, _("Sign")),
    }
    return render(request, "governance/review/sign.html", shown, status=status)


@kept
@ASKS
def acknowledge(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one read what a version changes for oneself."""
    version = find_version(request.user, code)
    person = _person(request)
    form = form_of(
        version,
        _("I read what changes for me in %(code)s"),
        _("I read it"),
        fields=[
            {"name": "concern", "label": _("What concerns you, if anything"), "type": "textarea",
             "max_length": acknowledging.MAX_TEXT,
             "help": _("It stands on record; stewards read it.")},
        ],
        with_reason=False,
        affects=[_("It is noted that you know what changes for you, and from when.")],
    )  # fmt: skip
    form.back = reverse("change", args=[version.code])

    def do(typed: Typed) -> str:
        said = typed.get("concern", "")
        acknowledging.acknowledge(version, person, concern=said, actor=actor_for(request.user))
        return _("Thank you, it is noted.")

    return answer(request, form, do)
