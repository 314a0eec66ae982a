"""A version on its way to being agreed: its review, what a steward does next, what others do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Hindered, Invalid, NotAllowed, NotFound, ServiceError
from governance.models import ConsentAnswer, ModelVersion, Person
from governance.selectors import administration, change_rules, review_page
from governance.selectors.people import actor_for, person_for
from governance.selectors.versions import blueprint, published
from governance.services import (
    acknowledging,
    agreeing,
    consenting,
    publishing,
    restoring,
    signing,
    submitting,
)
from governance.views.asking import (
    Field,
    Form,
    Typed,
    answer,
    day_text,
    first_moment,
    kept,
    last_moment,
)
from governance.views.people import ASKS
from governance.views.reading import find_version

State = ModelVersion.State


def crumbs(version: ModelVersion, last: str = "") -> list[tuple[str, str]]:
    """Operating model › version › review › what is done."""
    code = version.code
    found = [
        (_("Operating model"), reverse("model")),
        (code, reverse("model-version", args=[code])),
    ]
    if not last:
        return [*found, (_("Review"), "")]
    return [*found, (_("Review"), reverse("model-review", args=[code])), (last, "")]


@kept
@require_safe
def review(request: HttpRequest, code: str) -> HttpResponse:
    """How a version stands: round, answers by department, objections, signatures, what is next."""
    version = find_version(request.user, code)
    page = review_page.page(request.user, version)
    person = person_for(request.user)
    if person is not None:
        consenting.note_seen(version, person)
    shown: dict[str, Any] = {
        "page": page,
        "version": version,
        "crumbs": crumbs(version),
        "form": answer_fields(page.mine),
        "may_answer": may_answer(page),
    }
    return render(request, "governance/review/page.html", shown)


def may_answer(page: review_page.ReviewPage) -> bool:
    """Whether the viewer is asked and the round still takes answers."""
    current = page.round
    going_on = page.version.state == State.IN_REVIEW and current is not None
    return bool(going_on and current and not current.row.decision_id and page.mine)


def answer_fields(row: ConsentAnswer | None) -> dict[str, Any]:
    """What the form of an answer holds before somebody types."""
    return {"answer": row.answer if row else "", "text": row.text if row else "", "errors": {}}


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
        return f"/changes/{version.code}/"
    return reverse("model-review", args=[version.code])


def _said_wrong(request: HttpRequest, version: ModelVersion, refused: ServiceError) -> HttpResponse:
    """The review again with what was typed and what is wrong with it."""
    page = review_page.page(request.user, version)
    errors = getattr(refused, "errors", None) or {"": [refused.sentence]}
    typed = request.POST
    shown = {
        "page": page,
        "version": version,
        "crumbs": crumbs(version),
        "form": {
            "answer": typed.get("answer", ""),
            "text": typed.get("text", ""),
            "errors": errors,
            "for": typed.get("for", ""),
        },
        "may_answer": may_answer(page),
    }
    return render(request, "governance/review/page.html", shown, status=refused.status)


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


def _form(version: ModelVersion, title: str, submit: str, **more: Any) -> Form:
    named = {"code": version.code}
    return Form(
        title=title % named,
        submit=submit,
        back=reverse("model-review", args=[version.code]),
        crumbs=crumbs(version, submit),
        lede=version.title,
        affects_title=_("What happens then"),
        **more,
    )


def _hindered(do: Callable[[Typed], str | HttpResponse]) -> Callable[[Typed], str | HttpResponse]:
    """All that stands in the way, one sentence each, with who clears it."""

    def done(typed: Typed) -> str | HttpResponse:
        try:
            return do(typed)
        except Hindered as refused:
            lines = list(refused.extra.get("lines", ()))
            raise Invalid(refused.sentence, {"": lines}) from refused

    return done


@kept
@ASKS
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Put a draft to those whom it changes."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.submit")
    former = published()
    soonest = ""
    if former is not None:
        soonest = day_text(change_rules.soonest(blueprint(former)), last=True)
    deadline: Field = {
        "name": "deadline", "label": _("Last day for answers"), "type": "date", "width": "s",
        "value": soonest, "help": _("At least five working days from now."),
    }  # fmt: skip
    form = _form(
        version,
        _("Put %(code)s to people"),
        _("Ask for consent"),
        fields=[deadline],
        with_reason=False,
        affects=[
            _("Everybody it changes something for is asked, and whoever has to agree."),
            _("Its content is fixed while people are asked. Taking it back lets it be edited."),
            _("Answers of an earlier round count on where the same changes for somebody."),
        ],
    )

    def do(typed: Typed) -> str:
        until = last_moment(typed, "deadline")
        round_ = submitting.submit(version, deadline=until, actor=actor_for(request.user))
        asked = round_.answers.count()
        return _("%(n)s people are asked.") % {"n": asked}

    return answer(request, form, _hindered(do))


@kept
@ASKS
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """Give more time for answers."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.submit")
    deadline: Field = {
        "name": "deadline", "label": _("New last day for answers"), "type": "date", "width": "s",
        "value": "", "required": True,
    }  # fmt: skip
    form = _form(
        version,
        _("More time for %(code)s"),
        _("Give more time"),
        fields=[deadline],
        affects=[_("Whoever has not answered has until then.")],
    )

    def do(typed: Typed) -> str:
        until = last_moment(typed, "deadline")
        if until is None:
            raise Invalid(_("Choose a day."), {"deadline": [_("Choose a day.")]})
        why = typed.get("reason", "")
        submitting.extend(version, deadline=until, reason=why, actor=actor_for(request.user))
        return _("There is more time.")

    return answer(request, form, do)


@kept
@ASKS
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End the round and ask whoever decides on changes of the model."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.submit")
    form = _form(
        version,
        _("End the round of %(code)s"),
        _("Ask for the decision"),
        with_reason=False,
        affects=[
            _("Nobody answers any more. Whoever decides on changes of the model is asked."),
            _("A yes makes it agreed, anything else a draft again."),
        ],
    )

    def do(typed: Typed) -> str:
        decision = agreeing.end_round(version, actor=actor_for(request.user))
        if decision.decider is not None:
            return _("%(name)s decides.") % {"name": decision.decider.name}
        return _("It waits for whoever decides.")

    return answer(request, form, _hindered(do))


@kept
@ASKS
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Take a version back, so that it can be worked on."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.submit")
    form = _form(
        version,
        _("Take %(code)s back"),
        _("Take it back"),
        danger=True,
        needs_reason=True,
        affects=[
            _("It is a draft again. Everybody who answered is told, with your reason."),
            _("Answers count on in the next round where the same changes for somebody."),
        ],
    )

    def do(typed: Typed) -> str:
        why = typed.get("reason", "")
        submitting.take_back(version, reason=why, actor=actor_for(request.user))
        return _("It is a draft again.")

    return answer(request, form, do)


@kept
@ASKS
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Put a version in force, now or on a day; what nobody agreed to only with a reason."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.publish")
    forced = version.state == State.DRAFT and version.kind == ModelVersion.Kind.TO_BE
    fields: list[Field] = [
        {"name": "at", "label": _("First day it holds"), "type": "date", "width": "s",
         "value": day_text(version.effective_from), "help": _("Empty is from now on.")},
    ]  # fmt: skip
    affects = [
        _("Whom it changes something for is asked to read it; what they have to learn is named."),
        _("Requests that run stay on the version they began under."),
        _("What is in force until then ends at the same moment."),
    ]
    if forced:
        affects.insert(0, _("Nobody agreed to it. That stands on record, with your reason."))
    title = _("Publish %(code)s without consent") if forced else _("Publish %(code)s")
    form = _form(
        version, title, _("Publish it"), fields=fields, danger=forced, needs_reason=forced,
        with_reason=forced, affects=affects,
    )  # fmt: skip

    def do(typed: Typed) -> str:
        done = publishing.publish(
            version,
            at=first_moment(typed, "at"),
            actor=actor_for(request.user),
            without_consent=forced,
            reason=typed.get("reason", ""),
        )
        if done.state == State.PUBLISHED:
            return _("%(code)s is in force.") % {"code": done.code}
        return _("%(code)s has its day.") % {"code": done.code}

    return answer(request, form, _hindered(do))


@kept
@ASKS
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """The agreements a version touches, with a button for each side the viewer signs for."""
    version = find_version(request.user, code)
    page = review_page.signing(request.user, version)
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
        "page": page,
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
    form = _form(
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
    form.back = f"/changes/{version.code}/"

    def do(typed: Typed) -> str:
        said = typed.get("concern", "")
        acknowledging.acknowledge(version, person, concern=said, actor=actor_for(request.user))
        return _("Thank you, it is noted.")

    return answer(request, form, do)


@kept
@ASKS
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """Bring an older version back as a new draft."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    form = _form(
        version,
        _("Bring %(code)s back"),
        _("Begin a draft of it"),
        needs_reason=True,
        affects=[
            _("A new draft holds what this version held, beside what is in force now."),
            _("It goes the usual way: people are asked, or it is published with a reason."),
        ],
    )

    def do(typed: Typed) -> HttpResponse:
        why = typed.get("reason", "")
        draft = restoring.restore(version, reason=why, actor=actor_for(request.user))
        messages.success(request, _("%(code)s is begun.") % {"code": draft.code})
        return redirect("model-version", draft.code)

    return answer(request, form, do)
