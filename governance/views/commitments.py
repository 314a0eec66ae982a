"""Commitments of sponsors: the ledger by stream, the brief of one, given, done, withdrawn."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, NotAllowed
from governance.blueprint.adoption.sponsoring import Standing
from governance.models import Person
from governance.selectors import commitments as known
from governance.selectors import stream_brief
from governance.selectors.commitments import Ledger, SponsorRow, StreamRow
from governance.selectors.people import actor_for, person_for
from governance.services import commitments
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS

LEVELS = {
    "unaware": (gettext_lazy("Unaware"), "late"),
    "aware": (gettext_lazy("Aware"), "risk"),
    "bought_in": (gettext_lazy("Bought in"), "draft"),
    "committed": (gettext_lazy("Committed"), "ok"),
    "sustaining": (gettext_lazy("Sustaining"), "ok"),
}


def crumbs(last: str) -> list[tuple[str, str]]:
    """Commitments › what is done."""
    return [(_("Commitments"), reverse("commitments")), (last, "")]


def _why(one: SponsorRow, everything: bool) -> str:
    """What a level follows from; the figures are for who reads the actions."""
    found: Standing = one.standing
    if found.level == "unaware":
        return _("The brief of the stream was never opened.")
    if found.level == "aware":
        return _("Opened the brief; has neither stated support nor committed to anything.")
    if not everything or (found.level == "bought_in" and not found.missed + found.done):
        said = {
            "bought_in": _("Stands behind it; no action is done yet."),
            "committed": _("Does what was committed to."),
            "sustaining": _("Has done so for two quarters."),
        }
        return str(said[found.level])
    done = ngettext(
        "%(n)d action done on time in the last 90 days", "%(n)d actions done on time in the"
        " last 90 days", found.done) % {"n": found.done}  # fmt: skip
    missed = ngettext("%(n)d missed", "%(n)d missed", found.missed) % {"n": found.missed}
    before = _("the quarter before was kept too") if found.level == "sustaining" else ""
    return ", ".join(part for part in (done, missed, before) if part) + "."


def _shown(ledger: Ledger, row: StreamRow) -> dict[str, Any]:
    """A stream as the page shows it."""
    return {
        "row": row,
        "mine": row.key in ledger.mine,
        "sponsors": [
            {
                "one": one,
                "level": LEVELS[one.standing.level][0],
                "state": LEVELS[one.standing.level][1],
                "why": _why(one, ledger.everything),
            }
            for one in row.sponsors
        ],
    }


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The ledger: what is overdue first, then every stream with its sponsors and their levels."""
    ledger = known.ledger(request.user)
    levels = [one.standing for row in ledger.streams for one in row.sponsors if not one.former]
    person = person_for(request.user)
    page = {
        "ledger": ledger,
        "overdue": ledger.overdue if ledger.everything else [],
        "streams": [_shown(ledger, row) for row in ledger.streams],
        "sponsors": len(levels),
        "committed": sum(one.rank >= 3 for one in levels),
        "own": person.pk if person else 0,
    }
    return render(request, "governance/commitments/list.html", page)


def _own(request: HttpRequest) -> Person:
    """Raises NotAllowed for an account of nobody."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    return person


@kept
@require_safe
def brief(request: HttpRequest, key: str) -> HttpResponse:
    """Why a stream matters, what its sponsor is asked for; the first look of a sponsor counts."""
    page = stream_brief.brief(request.user, key)
    person, actor = person_for(request.user), actor_for(request.user)
    if page.mine and person is not None and not page.opened and not actor.on_behalf_of:
        commitments.open_brief(person, key, actor=actor)
    return render(
        request, "governance/commitments/brief.html", {"page": page, "crumbs": crumbs(page.name)}
    )


@kept
@ASKS
def support(request: HttpRequest, key: str) -> HttpResponse:
    """A sponsor says that they stand behind a stream."""
    person, page = _own(request), stream_brief.brief(request.user, key)
    if not page.mine:
        raise NotAllowed(_("Only the sponsor of a stream says that they stand behind it."))
    form = Form(
        title=_("Stand behind “%(name)s”") % {"name": page.name},
        submit=_("State support"),
        back=reverse("commitments"),
        crumbs=crumbs(page.name),
        lede=_("Support is a word. What counts from then on is what you do by a day."),
        fields=[
            {"name": "text", "label": _("In your words"), "max_length": commitments.MAX_TEXT,
             "help": _("The other sponsors read it.")},
        ],
        with_reason=False,
    )  # fmt: skip

    def say(typed: Typed) -> str:
        text, actor = typed.get("text", ""), actor_for(request.user)
        commitments.state_support(person, key, text=text, actor=actor)
        return _("Recorded. Commit to a first action with a day next.")

    return answer(request, form, say)


def _day(typed: Typed, name: str) -> date:
    """Raises Invalid."""
    try:
        day = parse_date(typed.get(name, "").strip())
    except ValueError:
        day = None
    if day is None:
        said = _("Write a day such as 2026-03-31.")
        raise Invalid(said, {name: [said]})
    return day


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Commit to something for a stream one sponsors."""
    person, ledger = _own(request), known.ledger(request.user)
    if not ledger.mine:
        raise NotAllowed(_("You are the sponsor of no stream, so there is nothing to commit to."))
    options = [(row.key, row.name) for row in ledger.streams if row.key in ledger.mine]
    text: Field = {"required": True, "max_length": commitments.MAX_TEXT}
    form = Form(
        title=_("Commit to an action"),
        submit=_("Commit to it"),
        back=reverse("commitments"),
        crumbs=crumbs(_("New")),
        lede=_("Something you do yourself, by a day, with something that shows it was done."),
        fields=[
            {"name": "stream", "label": _("Stream"), "type": "select", "options": options,
             "value": request.GET.get("stream", ""), "required": True},
            {**text, "name": "action", "label": _("What you will do"),
             "help": _("Such as: open two purchasing seats for the fast lane.")},
            {**text, "name": "wanted", "label": _("What will show it"),
             "help": _("Such as: the version in force names both.")},
            {"name": "due", "label": _("Last day"), "type": "date", "width": "s",
             "required": True},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("The other sponsors, stewards, auditors and executives read it."),
            _("You are reminded a week before. A day that passes counts as missed."),
            _("An action done on time makes you committed for 90 days."),
        ],
    )  # fmt: skip

    def give(typed: Typed) -> str:
        row = commitments.give_commitment(
            person,
            typed.get("stream", ""),
            action=typed.get("action", ""),
            wanted=typed.get("wanted", ""),
            due=_day(typed, "due"),
            actor=actor_for(request.user),
        )
        return _("Recorded as %(ref)s.") % {"ref": row.ref}

    return answer(request, form, give)


@kept
@ASKS
def done(request: HttpRequest, number: int) -> HttpResponse:
    """Say that it is done, and what shows it."""
    pledge = stream_brief.settled_by(request.user, number)
    form = Form(
        title=_("Done: %(action)s") % {"action": pledge.row.action},
        submit=_("It is done"),
        back=reverse("commitments"),
        crumbs=crumbs(pledge.row.ref),
        lede=_("What was to show it: %(wanted)s") % {"wanted": pledge.row.wanted},
        fields=[
            {"name": "evidence", "label": _("What shows it"), "type": "textarea",
             "max_length": commitments.MAX_EVIDENCE},
            {"name": "link", "label": _("Link"), "max_length": 200,
             "help": _("A request by its number, or the path of a finding, a decision or another"
                       " page here.")},
        ],
        with_reason=False,
    )  # fmt: skip

    def fulfil(typed: Typed) -> str:
        evidence, link = typed.get("evidence", ""), typed.get("link", "")
        actor = actor_for(request.user)
        commitments.fulfil_commitment(pledge.row, evidence=evidence, link=link, actor=actor)
        return _("Recorded as done.")

    return answer(request, form, fulfil)


@kept
@ASKS
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take it back, with a reason."""
    pledge = stream_brief.settled_by(request.user, number)
    form = Form(
        title=_("Withdraw %(ref)s") % {"ref": pledge.row.ref},
        submit=_("Withdraw it"),
        back=reverse("commitments"),
        crumbs=crumbs(pledge.row.ref),
        lede=pledge.row.action,
        fields=[
            {"name": "reason", "label": _("Why"), "required": True,
             "max_length": commitments.MAX_TEXT, "help": _("The other sponsors read it.")},
        ],
        with_reason=False,
        danger=True,
    )  # fmt: skip

    def take_back(typed: Typed) -> str:
        why, actor = typed.get("reason", ""), actor_for(request.user)
        commitments.withdraw_commitment(pledge.row, reason=why, actor=actor)
        return _("Withdrawn.")

    return answer(request, form, take_back)
