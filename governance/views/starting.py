"""The forms of the guide from nothing: one part each, gone back to as often as wanted."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache

from esm.common.errors import Conflict, Invalid, InvalidState
from governance.blueprint.starting import LIKES, PARTS
from governance.selectors.administration import check
from governance.selectors.drafts import draft_findings
from governance.selectors.lint_facts import facts_now
from governance.selectors.people import actor_for, person_for
from governance.selectors.starting import (
    in_hand,
    missing_of,
    people_here,
    seats_of,
    without_account,
)
from governance.services import publishing, starting
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS
from governance.views.starting_fields import TITLES, asked_of

SHOWN = 12


def crumbs(last: str) -> list[tuple[str, str]]:
    """Setting up › what is asked."""
    return [(_("Setting up"), reverse("start")), (last, "")]


@kept
@ASKS
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One part of the first model; what was answered before stands in it."""
    if name not in PARTS:
        raise Http404
    check(request.user, "model.edit")
    hand = in_hand()
    if not hand.may_be_written:
        assert hand.version is not None
        said = _("%(code)s is in force; what changes from now on is written in a draft.")
        raise InvalidState(said % {"code": hand.version.code})
    missing = missing_of(hand.bp)
    before = list(PARTS)[: list(PARTS).index(name)]
    if first := next((one for one in before if missing[one]), None):
        messages.info(request, _("This comes first: the next one builds on it."))
        return redirect("start-part", first)
    if grown := PARTS[name].grown(hand.bp):
        return _grown(request, name, grown)
    like = request.GET.get("like", "")
    values = PARTS[name].values(hand.bp, like)
    form = Form(
        title=str(TITLES[name][0]),
        submit=_("Save and go on"),
        back=reverse("start"),
        crumbs=crumbs(str(TITLES[name][0])),
        lede=str(TITLES[name][1]),
        fields=asked_of(name, hand.bp, values),
        with_reason=False,
        template="governance/start/part.html",
        extra={"likes": LIKES.values() if "like" in values else (), "like": values.get("like")},
    )

    def save(typed: Any) -> HttpResponse:
        given = {key: typed.getlist(key) for key in typed}
        starting.write_part(name, given, actor=actor_for(request.user))
        return _onward(request, _("Saved. You can come back to it until you publish."))

    return answer(request, form, save)


def _onward(request: HttpRequest, said: str) -> HttpResponse:
    """Go on with what comes next."""
    messages.success(request, said)
    return redirect("start-next")


def _grown(request: HttpRequest, name: str, grown: str) -> HttpResponse:
    hand = in_hand()
    page = {"title": TITLES[name][0], "grown": grown, "version": hand.version,
            "crumbs": crumbs(str(TITLES[name][0]))}  # fmt: skip
    return render(request, "governance/start/grown.html", page)


@kept
@ASKS
def publish(request: HttpRequest) -> HttpResponse:
    """What is found in the first model, and the button that puts it in force as it is."""
    check(request.user, "model.publish")
    hand = in_hand()
    if hand.version is None or hand.in_force:
        return redirect("start")
    missing = missing_of(hand.bp)
    if first := next((one for one, said in missing.items() if said), None):
        messages.info(request, _("This is still missing before you can publish."))
        return redirect("start-part", first)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            publishing.publish(hand.version, actor=actor_for(request.user))
        except Invalid as refused:
            errors = refused.errors or {"": [refused.sentence]}
        except (Conflict, InvalidState) as refused:
            errors = {"": [refused.sentence]}
        else:
            said = _("%(code)s is in force. Work can begin.")
            return _onward(request, said % {"code": hand.version.code})
    findings = draft_findings(hand.version, facts_now(hand.bp))
    page = {
        "version": hand.version,
        "found": findings[:SHOWN],
        "more": max(0, len(findings) - SHOWN),
        "errors": errors,
        "crumbs": crumbs(_("Publish")),
    }
    return render(request, "governance/start/publish.html", page, status=409 if errors else 200)


@kept
@ASKS
def seats(request: HttpRequest) -> HttpResponse:
    """Who leads the teams and decides, once the model says that there are such roles."""
    check(request.user, "people.edit")
    hand = in_hand()
    if not hand.in_force:
        messages.info(request, _("Publish the model first: teams and roles come from there."))
        return redirect("start")
    own = person_for(request.user)
    options = [(one.key, one.name) for one in people_here(own.pk if own else None)]
    fields: list[Field] = [
        {"name": seat.role.key, "label": seat.role.name, "type": "select", "options": options,
         "value": seat.holder.key if seat.holder else "",
         "help": _leads(seat)}
        for seat in seats_of(hand.bp)
    ]  # fmt: skip
    form = Form(
        title=str(SEATS[0]),
        submit=_("Save and go on"),
        back=reverse("start"),
        crumbs=crumbs(str(SEATS[0])),
        lede=str(SEATS[1]),
        fields=fields,
        with_reason=False,
        affects_title=_("Good to know"),
        affects=[
            _("Whoever leads a team is put in it. More people: on the page of each team, or by a"
              " file with a column for teams."),
            _("You are not among them: nobody gives a role to themselves. Somebody else with the"
              " mark of an administrator can give it to you."),
        ],
    )  # fmt: skip

    def save(typed: Typed) -> HttpResponse:
        chosen = {field["name"]: typed.get(field["name"], "") for field in fields}
        starting.fill_seats(chosen, actor=actor_for(request.user))
        return _onward(request, _("Saved."))

    return answer(request, form, save)


def _leads(seat: Any) -> str:
    names = ", ".join(team.name for team in seat.teams)
    return _("Leads %(teams)s.") % {"teams": names} if names else _("Decides on changes.")


@never_cache
@kept
@ASKS
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Accounts for people of the teams; each password is shown once."""
    check(request.user, "account.keep")
    there = list(without_account()[: starting.MAX_ACCOUNTS])
    if not there:
        messages.info(request, _("Everybody in a team can sign in."))
        return redirect("start")
    known = {one.key: one for one in there}
    form = Form(
        title=str(SIGN_INS[0]),
        submit=_("Open the accounts"),
        back=reverse("start"),
        crumbs=crumbs(str(SIGN_INS[0])),
        lede=str(SIGN_INS[1]),
        fields=[
            {"name": "persons", "label": _("Who gets one"), "type": "choices", "required": True,
             "options": [{"key": p.key, "label": p.name, "note": p.email} for p in there],
             "value": list(known)},
        ],
        with_reason=False,
    )  # fmt: skip

    def give(typed: Any) -> HttpResponse:
        chosen = [known[key] for key in typed.getlist("persons") if key in known]
        found = starting.open_accounts(chosen, actor=actor_for(request.user))
        pairs = list(zip(chosen, found, strict=True))
        page = {"pairs": pairs, "crumbs": crumbs(str(SIGN_INS[0]))}
        return render(request, "governance/start/passwords.html", page)

    return answer(request, form, give)


SEATS = (
    lazy("Who leads, who decides"),
    lazy("The model says which roles there are; here you say who holds them."),
)
SIGN_INS = (
    lazy("Accounts"),
    lazy("People of the teams who cannot sign in yet. Each first password is shown once."),
)
