"""Administration of people: the list, one person, entering, changing, leaving."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.models import Person
from governance.selectors import administration
from governance.selectors.administration import check, person_by_key, require_reach
from governance.selectors.people import actor_for, persons_by_id
from governance.selectors.person_history import history_of
from governance.selectors.person_page import held_by, may_know_why, person_page
from governance.selectors.skills import may_confirm, skills_of_person
from governance.selectors.versions import blueprint, published
from governance.services import leaving, people, person_fields
from governance.services.lookups import look_at_person
from governance.views.asking import Field, Form, Typed, answer, kept

ASKS = require_http_methods(["GET", "HEAD", "POST"])


def crumbs(person: Person | None, last: str = "") -> list[tuple[str, str]]:
    """Administration › People › somebody › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("People"), reverse("admin-people"))]
    if person is not None:
        found.append((person.name, reverse("admin-person", args=[person.key]) if last else ""))
    return [*found, (last, "")] if last else found


@kept
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What can be kept here, and whom each part affects."""
    reach = require_reach(request.user)
    return render(request, "governance/admin/index.html", {"reach": reach})


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """People by name, with their teams."""
    reach = require_reach(request.user)
    asked = {name: request.GET.get(name, "") for name in ("q", "team", "state")}
    state = asked["state"] if asked["state"] in ("gone", "all") else "here"
    rows = administration.matching(request.user, text=asked["q"], team=asked["team"], state=state)
    found, following = administration.page_of(rows, request.GET.get("after", ""))
    known = persons_by_id(person.pk for person in found)
    teams = list(administration.visible_teams(request.user))
    page = {
        "reach": reach,
        "rows": [known[person.pk] for person in found],
        "q": asked["q"],
        "asked": asked,
        "filters": [_team_filter(asked, teams), _state_filter(asked, state)],
        "clear_url": "?" if asked["team"] or asked["state"] else "",
        "next_url": f"?{urlencode({**_set(asked), 'after': following})}" if following else "",
    }
    return render(request, "governance/admin/people.html", page)


def _set(asked: dict[str, str], **changes: str) -> dict[str, str]:
    return {name: value for name, value in {**asked, **changes}.items() if value}


def _pick(
    name: str, label: str, asked: dict[str, str], options: list[tuple[str, str]]
) -> dict[str, Any]:
    """A filter of which one option is current."""
    value = asked[name]
    shown = dict(options).get(value, options[0][1])
    return {
        "name": label,
        "value": shown,
        "options": [
            {
                "label": words,
                "url": f"?{urlencode(_set(asked, **{name: key}))}",
                "current": key == value,
            }
            for key, words in options
        ],
    }


def _team_filter(asked: dict[str, str], teams: list[Any]) -> dict[str, Any]:
    options = [("", _("any")), ("@none", _("in no team")), *((t.key, t.name) for t in teams)]
    return _pick("team", _("Team"), asked, options)


def _state_filter(asked: dict[str, str], state: str) -> dict[str, Any]:
    options = [("", _("who are here")), ("gone", _("who left")), ("all", _("all"))]
    return _pick("state", _("Show"), {**asked, "state": "" if state == "here" else state}, options)


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Enter somebody; their teams, roles and accounts come after."""
    check(request.user, "people.edit")
    form = Form(
        title=_("New person"),
        submit=_("Enter person"),
        back=reverse("admin-people"),
        crumbs=crumbs(None, _("New person")),
        lede=_("A natural person, once. Teams, roles and accounts follow on their page."),
        fields=_fields(zone=_zone()),
        affects=[
            _("Nobody yet: without a team, a role and an account they see and do nothing."),
            _("Colleagues can ask for something on their behalf from now on."),
        ],
    )

    def enter(typed: Typed) -> HttpResponse:
        name = typed.get("name", "")
        person = people.create_person(
            key=administration.free_key(name),
            name=name,
            email=typed.get("email", ""),
            zone=typed.get("zone", ""),
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return redirect("admin-person", key=person.key)

    return answer(request, form, enter)


def _zone() -> str:
    version = published()
    return str(blueprint(version).organisation().zone) if version else "UTC"


def _fields(name: str = "", email: str = "", zone: str = "") -> list[Field]:
    return [
        {"name": "name", "label": _("Name"), "required": True, "value": name, "max_length": 200,
         "autocomplete": "off"},
        {"name": "email", "label": _("Mail address"), "type": "email", "value": email,
         "max_length": 254, "autocomplete": "off",
         "help": _("Mails and digests go there. Without one they are told in the portal alone.")},
        zone_field(zone),
    ]  # fmt: skip


def zone_field(value: str) -> Field:
    """A choice of time zones."""
    zones = [z for z in sorted(person_fields.zones()) if "/" in z and not z.startswith("Etc/")]
    options = [(zone, zone.replace("_", " ")) for zone in [*zones, "UTC"]]
    return {"name": "zone", "label": _("Time zone"), "type": "choice", "required": True,
            "options": options, "value": value,
            "help": _("Days, quiet hours and digests follow it.")}  # fmt: skip


@kept
@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one person that the viewer may see."""
    require_reach(request.user)
    person = person_by_key(request.user, key)
    look_at_person(request.user, person)
    found = person_page(request.user, person)
    page = {
        "p": found,
        "person": person,
        "known": {one.row.pk: may_know_why(request.user, one.row) for one in found.absences},
        "history": history_of(person) if found.reach.everything else [],
        "crumbs": crumbs(person),
        "skills": skills_of_person(person),
        "confirms": person.active and may_confirm(request.user, person).ok,
        "own": administration.verdict(request.user, "person.close", holder_id=person.pk),
    }
    return render(request, "governance/admin/person.html", page)


@kept
@ASKS
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Name, mail address and zone."""
    require_reach(request.user)
    person = person_by_key(request.user, key)
    check(request.user, "people.edit")
    form = Form(
        title=_("Change %(name)s") % {"name": person.name},
        submit=_("Save person"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("Change")),
        fields=_fields(person.name, person.email, person.zone),
        affects=[
            _("The new name shows everywhere, also on what is done already."),
            _("Mail goes to the new address from now on."),
            _("Promises and clocks stay: they follow the calendars of teams and services."),
        ],
    )

    def save(typed: Typed) -> str:
        people.update_person(
            person,
            name=typed.get("name", ""),
            email=typed.get("email", ""),
            zone=typed.get("zone", ""),
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("Saved.")

    return answer(request, form, save)


@kept
@ASKS
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody left: what they hold, and what becomes of it."""
    require_reach(request.user)
    person = person_by_key(request.user, key)
    check(request.user, "person.close", holder_id=person.pk)
    held = held_by(request.user, person) if request.method != "POST" else []
    form = Form(
        title=_("%(name)s leaves the organisation") % {"name": person.name},
        submit=_("Say that they left"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("Leaves")),
        lede=_("From this moment on they cannot sign in. What they did stays under their name.")
        if held
        else _("They hold nothing. From this moment on they cannot sign in."),
        facts=held,
        facts_title=_("What they hold"),
        danger=True,
        affects=[
            _("Their teams and roles end now, their accounts are closed."),
            _("Steps they work on go back to the queues of their teams."),
            _("Decisions that wait for them move to whoever holds the right after them."),
        ],
    )

    def close(typed: Typed) -> str:
        actor, why = actor_for(request.user), typed.get("reason", "")
        leaving.deactivate_person(person, reason=why, actor=actor)
        return _("%(name)s has left.") % {"name": person.name}

    return answer(request, form, close)


@kept
@ASKS
def come_back(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody who left is here again."""
    require_reach(request.user)
    person = person_by_key(request.user, key)
    check(request.user, "person.close", holder_id=person.pk)
    form = Form(
        title=_("%(name)s is back") % {"name": person.name},
        submit=_("Say that they are back"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("Is back")),
        lede=_("Teams, roles and accounts are given anew; nothing comes back by itself."),
        affects=[_("Colleagues find them again; they do nothing until they have an account.")],
    )

    def reopen(typed: Typed) -> str:
        actor, why = actor_for(request.user), typed.get("reason", "")
        leaving.reactivate_person(person, reason=why, actor=actor)
        return _("%(name)s is here again.") % {"name": person.name}

    return answer(request, form, reopen)
