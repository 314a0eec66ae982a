"""Pages of one's own tokens: what speaks for one, until when, and the end of it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from esm.accounts.choices import TokenScope
from esm.accounts.models import User
from esm.accounts.services.tokens import MAX_NAME, NewToken
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from governance.selectors.people import actor_for, person_for
from governance.selectors.programs import answered_for_by
from governance.selectors.tokens import SOON, scopes_for, shown, token_of, tokens_of
from governance.services import tokens
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS

ENDED_SHOWN = 20
DAYS = (7, 30, 90, 180, 365)
NOTES = {
    TokenScope.REQUESTS_READ: lazy("What you see of requests, and what happens to them."),
    TokenScope.REQUESTS_WRITE: lazy("Ask for something, write, withdraw, confirm."),
    TokenScope.WORK: lazy("Take work, finish steps, hand over, as your teams may."),
    TokenScope.DECIDE: lazy("Take decisions that are yours. Think twice."),
    TokenScope.MODEL_READ: lazy("How work is agreed to go."),
    TokenScope.MODEL_WRITE: lazy("Drafts of the model."),
    TokenScope.FLOW_READ: lazy("How long things took, and where."),
    TokenScope.ADMIN: lazy("Your tokens and webhooks, and what you keep in administration."),
}  # fmt: skip


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _crumbs(last: str = "") -> list[tuple[str, str]]:
    found = [(_("Profile"), reverse("profile")), (_("Tokens"), reverse("tokens") if last else "")]
    return [*found, (last, "")] if last else found


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """One's tokens: those that count first, then the last that ended."""
    rows = shown(tokens_of(_user(request).pk)[:200])
    page = {
        "live": [row for row in rows if row.counts],
        "ended": [row for row in rows if not row.counts][:ENDED_SHOWN],
        "soon": [row for row in rows if row.state == "soon"],
        "answered": answered_for_by(person_for(request.user)),
        "soon_days": SOON.days,
        "person": person_for(request.user),
        "crumbs": _crumbs(),
    }
    return render(request, "governance/tokens/list.html", page)


def fields(scopes: list[TokenScope]) -> list[Field]:
    """What is asked of a new token."""
    days = [n for n in DAYS if n <= settings.TOKEN_MAX_DAYS] or [settings.TOKEN_MAX_DAYS]
    usual = min(settings.TOKEN_DAYS, settings.TOKEN_MAX_DAYS)
    days = sorted({*days, usual})
    return [
        {"name": "name", "label": _("What it is for"), "required": True, "max_length": MAX_NAME,
         "autocomplete": "off", "help": _("Such as the program that uses it.")},
        {"name": "scopes", "label": _("What it may do"), "type": "choices", "required": True,
         "value": [],
         "options": [{"key": one.value, "label": str(one.label).capitalize(), "note": NOTES[one]}
                     for one in scopes],
         "help": _("Only what the program needs. It never does more than its owner may.")},
        {"name": "days", "label": _("Ends after"), "type": "select", "required": True,
         "value": str(usual), "options": [(str(n), days_text(n)) for n in days],
         "help": _("A new one can be made before; both count meanwhile.")},
    ]  # fmt: skip


def days_text(count: int) -> str:
    """«90 days»."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def wanted(typed: Any) -> dict[str, Any]:
    """What was typed, as services take it. Raises Invalid."""
    days = typed.get("days", "")
    if not (days.isascii() and days.isdigit() and 0 < int(days[:6]) <= settings.TOKEN_MAX_DAYS):
        said = _("Choose one of the list.")
        raise Invalid(said, {"days": [said]})
    return {
        "name": typed.get("name", ""),
        "scopes": typed.getlist("scopes"),
        "expires_at": clock.now() + timedelta(days=int(days)),
    }


@never_cache
@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Make a token; its text is shown once."""
    if person_for(request.user) is None:
        raise NotAllowed(tokens.NOBODY, code="token-nobody")
    form = Form(
        title=_("New token"),
        submit=_("Make token"),
        back=reverse("tokens"),
        crumbs=_crumbs(_("New token")),
        lede=_("A program that sends it acts as you, narrowed to what you choose here."),
        fields=fields(scopes_for(request.user)),
        affects=[
            _("Whoever has the token acts in your name until it ends."),
            _("It never does more than you may at that moment; when you leave, it ends."),
        ],
        with_reason=False,
    )

    def make(typed: Typed) -> HttpResponse:
        made = tokens.make_token(_user(request), **wanted(typed), actor=actor_for(request.user))
        return shown_once(request, made, _crumbs(_("New token")), reverse("tokens"))

    return answer(request, form, make)


def shown_once(
    request: HttpRequest, made: NewToken, crumbs: list[tuple[str, str]], back: str
) -> HttpResponse:
    """The page with the text of a token: drawn as the answer, kept nowhere."""
    (row,) = shown([made.token])
    example = request.build_absolute_uri("/api/v1/me")
    page = {"row": row, "text": made.text, "crumbs": crumbs, "back": back, "example": example}
    response = render(request, "governance/tokens/secret.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


@kept
@ASKS
def end(request: HttpRequest, prefix: str) -> HttpResponse:
    """End one of one's tokens."""
    row = token_of(_user(request).pk, prefix)
    form = Form(
        title=_("End the token %(name)s") % {"name": row.name},
        submit=_("End token"),
        back=reverse("tokens"),
        crumbs=_crumbs(_("End")),
        lede=_("It is refused from the next call on. It cannot be taken back."),
        affects=[_("The program that uses it is refused until it has another one.")],
        danger=True,
    )

    def stop(typed: Typed) -> str:
        tokens.end_token(row, reason=typed.get("reason", ""), actor=actor_for(request.user))
        return _("The token %(name)s has ended.") % {"name": row.name}

    return answer(request, form, stop)
