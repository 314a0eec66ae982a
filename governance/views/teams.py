"""Teams and who works in them: joining, leading, leaving on a day."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from governance.models import Person, Team
from governance.selectors import administration
from governance.selectors.administration import check, require_reach, team_by_key
from governance.selectors.people import actor_for
from governance.selectors.skills import skills_of_team
from governance.selectors.team_page import away_in, members_of, membership_by_id, team_rows
from governance.services import people
from governance.views.asking import (
    Field,
    Form,
    Typed,
    answer,
    dates,
    day_text,
    first_moment,
    kept,
    last_moment,
)
from governance.views.people import ASKS


def crumbs(team: Team | None = None, last: str = "") -> list[tuple[str, str]]:
    """Administration › Teams › a team › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("Teams"), reverse("admin-teams"))]
    if team is not None:
        found.append((team.name, reverse("admin-team", args=[team.key]) if last else ""))
    return [*found, (last, "")] if last else found


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Teams by department, with their leads."""
    require_reach(request.user)
    page = {"rows": team_rows(request.user), "crumbs": crumbs()[:1]}
    return render(request, "governance/admin/teams.html", page)


def person_field(label: str, name: str = "person", **more: Any) -> Field:
    """Somebody by mail address or key, as one line that completes itself."""
    told = _("Mail address, full name or key.")
    return {"name": name, "label": label, "required": True, "max_length": 254,
            "autocomplete": "off", "help": told, **more}  # fmt: skip


def typed_person(typed: Typed, name: str = "person", *, required: bool = True) -> Person | None:
    """Who was meant. Raises Invalid where that is nobody, or more than one."""
    text = administration.words(typed.get(name, ""))
    if not text and not required:
        return None
    found = administration.named(text)
    if len(found) == 1:
        return found[0]
    said = _("There is nobody of this name, mail address or key.")
    if found:
        said = _("Several people are called that: write the mail address or key.")
    raise Invalid(said, {name: [said]})


@kept
@ASKS
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Who is in a team; who may, puts somebody in it."""
    reach = require_reach(request.user)
    team = team_by_key(request.user, key)
    if request.method == "POST":
        check(request.user, "team.join", team_id=team.pk)
    form = Form(
        title=team.name,
        submit=_("Put in team"),
        back=reverse("admin-team", args=[team.key]),
        crumbs=crumbs(team),
        fields=[
            person_field(_("Person")),
            {"name": "lead", "label": _("Leads the team"), "type": "boolean"},
            *dates(),
        ],
        template="governance/admin/team.html",
        affects=[
            _("They see all that came to the team, and take its work."),
            _("Leads assign work, keep what the team shares and say who is in it."),
        ],
        extra={
            "team": team,
            "members": members_of(team),
            "away": away_in(team),
            "skills": skills_of_team(team),
            "may": reach.may_join(team),
        },
    )

    def join(typed: Typed) -> str:
        person = typed_person(typed)
        assert person is not None
        people.join_team(
            person,
            team,
            lead="lead" in typed,
            since=first_moment(typed, "since"),
            until=last_moment(typed, "until"),
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("%(name)s is in %(team)s.") % {"name": person.name, "team": team.name}

    return answer(request, form, join)


@kept
@ASKS
def membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Change whether somebody leads, and until when they are in the team; or end it."""
    require_reach(request.user)
    row = membership_by_id(request.user, pk)
    check(request.user, "team.leave", team_id=row.team_id, holder_id=row.person_id)
    form = Form(
        title=_("%(name)s in %(team)s") % {"name": row.person.name, "team": row.team.name},
        submit=_("Save membership"),
        back=reverse("admin-team", args=[row.team.key]),
        crumbs=crumbs(row.team, row.person.name),
        fields=[
            {"name": "lead", "label": _("Leads the team"), "type": "boolean",
             "value": row.is_lead},
            {"name": "until", "label": _("Last day"), "type": "date", "width": "s",
             "value": day_text(row.valid.upper, last=True),
             "help": _("Empty is without an end.")},
            {"name": "now", "label": _("End it now"), "type": "boolean"},
        ],
        affects=[
            _("Who leaves no longer sees what comes to the team from then on."),
            _("Steps they work on stay theirs until a lead gives them back."),
        ],
    )  # fmt: skip

    def save(typed: Typed) -> str:
        actor, why = actor_for(request.user), typed.get("reason", "")
        if "now" in typed:
            people.leave_team(row, reason=why, actor=actor)
            return _("%(name)s has left the team.") % {"name": row.person.name}
        until = last_moment(typed, "until")
        people.change_membership(row, lead="lead" in typed, until=until, reason=why, actor=actor)
        return _("Saved.")

    return answer(request, form, save)
