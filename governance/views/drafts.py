"""Drafts of the model: begun from what is in force, and given up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.errors import InvalidState
from governance.models import ModelVersion
from governance.selectors import administration, versions
from governance.selectors.people import actor_for
from governance.services import drafts
from governance.views.asking import Form, Typed, answer, kept
from governance.views.model import find_version
from governance.views.people import ASKS


@kept
@ASKS
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the version in force."""
    administration.check(request.user, "model.edit")
    base = versions.published()
    if base is None:
        return redirect("start")
    form = Form(
        title=_("Begin a draft"),
        submit=_("Begin the draft"),
        back=reverse("model"),
        crumbs=[(_("Operating model"), reverse("model")), (_("New draft"), "")],
        lede=_("It begins as %(code)s, which is in force.") % {"code": base.code},
        fields=[
            {"name": "title", "label": _("What it is for"), "required": True,
             "max_length": drafts.MAX_TITLE, "help": _("Others find the draft by this title.")},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Nothing that is in force changes. Only stewards see the draft."),
            _("Several drafts may stand side by side; each has a number of its own."),
        ],
    )  # fmt: skip

    def start(typed: Typed) -> HttpResponse:
        actor = actor_for(request.user)
        return _opened(drafts.begin_draft(title=typed.get("title", ""), actor=actor))

    return answer(request, form, start)


def _opened(version: ModelVersion) -> HttpResponse:
    return redirect("model-version", version.code)


@kept
@ASKS
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Give a draft up, after saying so."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    if version.state != ModelVersion.State.DRAFT:
        raise InvalidState(
            _("%(code)s is no draft; what was agreed stays.") % {"code": version.code}
        )
    form = Form(
        title=_("Discard %(code)s") % {"code": version.code},
        submit=_("Discard the draft"),
        back=reverse("model"),
        crumbs=[
            (_("Operating model"), reverse("model")),
            (version.code, reverse("model-version", args=[version.code])),
            (_("Discard"), ""),
        ],
        lede=version.title,
        affects=[
            _("Nobody reads or changes the draft any more, and its number is not used again."),
            _("What is in force stays as it is."),
        ],
        danger=True,
    )

    def give_up(typed: Typed) -> str:
        reason = typed.get("reason", "")
        drafts.discard_draft(version, reason=reason, actor=actor_for(request.user))
        return _("%(code)s is discarded.") % {"code": version.code}

    return answer(request, form, give_up)
