"""A version on its way to being agreed: its review, what a steward does next, what others do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import Hindered, Invalid
from governance.models import ModelVersion
from governance.selectors import administration, change_rules, review_page
from governance.selectors.people import actor_for, person_for
from governance.selectors.review_page import AskedOf
from governance.selectors.versions import blueprint, published
from governance.services import (
    agreeing,
    consenting,
    publishing,
    restoring,
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
    person = person_for(request.user)
    if person is not None:
        consenting.note_seen(version, person)
    return page(request, version)


def page(
    request: HttpRequest,
    version: ModelVersion,
    refused: Callable[[AskedOf], AskedOf] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The review; ``refused`` puts into the form of an answer what was typed and is wrong."""
    found = review_page.page(request.user, version)
    back = request.POST.get("back") or "review"
    asked = review_page.asked_of(request.user, version, back, found)
    if asked is not None and refused is not None:
        asked = refused(asked)
    shown: dict[str, Any] = {
        "page": found,
        "version": version,
        "crumbs": crumbs(version),
        "asked": asked,
        "reading": review_page.reading_of(request.user, version),
    }
    return render(request, "governance/review/page.html", shown, status=status)


def form_of(version: ModelVersion, title: str, submit: str, **more: Any) -> Form:
    """A page that asks something about a version and goes back to its review."""
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
    form = form_of(
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
        said = ngettext("%(n)s person is asked.", "%(n)s people are asked.", asked)
        return said % {"n": asked}

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
    form = form_of(
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
    form = form_of(
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
    form = form_of(
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
        _("Requests that run end under the version they began under, unless they were to move."),
        _("What is in force until then ends at the same moment."),
    ]
    if forced:
        affects.insert(0, _("Nobody agreed to it. That stands on record, with your reason."))
    title = _("Publish %(code)s without consent") if forced else _("Publish %(code)s")
    form = form_of(
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
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """Bring an older version back as a new draft."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    form = form_of(
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
