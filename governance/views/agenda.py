"""The agenda of those who govern, its minutes, and what is to be looked at again."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.errors import InvalidState, NotFound
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import FOLDERS
from governance.models import ModelVersion
from governance.selectors import administration, findings, reviews, versions
from governance.selectors import agenda as agendas
from governance.selectors.lint_facts import today_of
from governance.selectors.people import actor_for, facts_for, person_for
from governance.services import agenda as minutes
from governance.services import reviews as confirming
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS

SECTIONS = {
    "objections": gettext_lazy("Open objections"),
    "proposals": gettext_lazy("Open proposals"),
    "waivers": gettext_lazy("Waivers that end within 30 days"),
    "reviews": gettext_lazy("Overdue to be looked at again"),
    "drift": gettext_lazy("Other than agreed, and nobody said what becomes of it"),
}


def _in_force() -> tuple[Blueprint, ModelVersion]:
    version = versions.published()
    if version is None:
        raise InvalidState(_("No version of the model is in force yet."))
    return versions.blueprint(version), version


@kept
@require_safe
def agenda(request: HttpRequest, key: str = "") -> HttpResponse:
    """What there is to talk about, of all or of one body; on paper with ``?paper=1``."""
    bp, version = _in_force()
    found = agendas.agenda(request.user, bp, version, key)
    page = {
        "page": found,
        "sections": [(SECTIONS[one.key], one) for one in found.sections if one.points],
        "earlier": found.earlier if found.may_note else (),
        "key": key,
    }
    paper = request.GET.get("paper") == "1"
    return render(request, f"governance/agenda/{'paper' if paper else 'page'}.html", page)


def _address(key: str) -> str:
    return reverse("agenda-body", args=[key]) if key else reverse("agenda")


@kept
@ASKS
def note(request: HttpRequest) -> HttpResponse:
    """Keep what a meeting made of one point."""
    bp, version = _in_force()
    given = request.GET
    key = given.get("body", "").replace("\x00", "")[:100]
    body = agendas.body_of(bp, key)
    if not agendas.may_note(request.user, body):
        administration.check(request.user, "agenda.note")
    asked = given.get("point", "").replace("\x00", "")[:120]
    point = agendas.point_of(request.user, bp, version, key, asked)
    back = _address(key)
    form = Form(
        title=point.title,
        submit=_("Keep it"),
        back=back,
        crumbs=[
            (_("Agenda"), reverse("agenda")),
            *([(body.name, back)] if body is not None else []),
            (_("Minutes"), ""),
        ],
        lede=point.text,
        fields=[
            {"name": "text", "label": _("What the meeting made of it"), "type": "textarea",
             "required": True, "max_length": minutes.MAX_TEXT},
            {"name": "decided", "label": _("It was decided there"), "type": "boolean",
             "required": False},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("It stands with the point for as long as there is one, with your name and the day."),
            _("A note decides nothing by itself: what has to be decided on record is decided on"
              " the page of the point."),
        ],
    )  # fmt: skip

    def keep(typed: Typed) -> str:
        minutes.take_up(
            point,
            body=key,
            text=typed.get("text", ""),
            decided=bool(typed.get("decided")),
            actor=actor_for(request.user),
        )
        return _("Kept.")

    return answer(request, form, keep)


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What is overdue or due within thirty days, with who answers for it."""
    bp, version = _in_force()
    rows = reviews.rows(bp)
    mine, steward = findings.own_roles(request.user), facts_for(request.user).steward
    person = person_for(request.user) is not None
    page = {
        "version": version,
        "rows": [(row, person and (steward or row.owner in mine)) for row in rows],
        "overdue": sum(row.overdue for row in rows),
        "soon": sum(not row.overdue for row in rows),
        "days": reviews.SOON,
    }
    return render(request, "governance/agenda/reviews.html", page)


@kept
@ASKS
def confirm(request: HttpRequest, folder: str, key: str) -> HttpResponse:
    """Say that an element still holds, until another day."""
    bp, _version = _in_force()
    row = reviews.one(bp, FOLDERS.get(folder, ""), key)
    if row is None:
        raise NotFound(_("This is not to be looked at again by a day."))
    if row.owner not in findings.own_roles(request.user):
        administration.check(request.user, "review.confirm")
    form = Form(
        title=_("Confirm %(name)s") % {"name": row.name},
        submit=_("It still holds"),
        back=reverse("reviews"),
        crumbs=[
            (_("Operating model"), reverse("model")),
            (_("To be looked at again"), reverse("reviews")),
            (row.name, ""),
        ],
        lede=_last(row),
        fields=[
            {"name": "next_due", "label": _("Looked at again by"), "type": "date", "width": "s",
             "required": True, "value": (today_of(bp) + timedelta(days=365)).isoformat()},
            {"name": "note", "label": _("What you looked at"), "type": "textarea",
             "required": False, "max_length": confirming.MAX_NOTE},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Your name and the day stand with it, in the ledger as well."),
            _("Where it no longer holds, propose a change of the model instead."),
        ],
    )  # fmt: skip

    def keep(typed: Typed) -> str:
        confirming.confirm(
            row.kind,
            row.key,
            next_due=_day(typed.get("next_due", "")),
            note=typed.get("note", ""),
            actor=actor_for(request.user),
        )
        return _("%(name)s still holds.") % {"name": row.name}

    return answer(request, form, keep)


def _last(row: reviews.ReviewRow) -> str:
    if row.last is None:
        return _("Nobody has confirmed it yet.")
    who = row.last.confirmed_by.name
    return _("Confirmed by %(who)s last, until %(day)s.") % {
        "who": who, "day": f"{row.last.next_due:%-d %B %Y}",
    }  # fmt: skip


def _day(text: str) -> Any:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None
