"""Accounts of one person: opened, linked, marked, closed; a password is shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.models import Person
from governance.selectors.administration import check, person_by_key, require_reach
from governance.selectors.people import Account, actor_for, facts_for
from governance.services import accounts, people
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS, crumbs

WORDS = {
    "steward": lazy("Steward: keeps the operating model, people and roles"),
    "auditor": lazy("Auditor: reads everything that is not confidential, changes nothing"),
    "admin": lazy("Administrator: keeps people, accounts and calendars"),
}


def _own_marks(user: Account) -> list[str]:
    """Marks the viewer has, and so may give."""
    facts = facts_for(user)
    return [mark for mark in accounts.MARKS if getattr(facts, mark)]


def _marks(user: Account, value: list[str]) -> Field:
    options = [(mark, words) for mark, words in WORDS.items() if mark in _own_marks(user)]
    told = _("You give and take only marks you have yourself.")
    return {"name": "marks", "label": _("Marks"), "type": "choices", "options": options,
            "value": value, "help": told}  # fmt: skip


def _person(request: HttpRequest, key: str) -> Person:
    require_reach(request.user)
    person = person_by_key(request.user, key)
    check(request.user, "account.keep", holder_id=person.pk)
    return person


@never_cache
@kept
@ASKS
def new(request: HttpRequest, key: str) -> HttpResponse:
    """Open an account for somebody, or link one that belongs to nobody."""
    person = _person(request, key)
    form = Form(
        title=_("Account for %(name)s") % {"name": person.name},
        submit=_("Give account"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("New account")),
        lede=_("Whoever signs in with it acts as this person."),
        fields=[
            {"name": "how", "label": _("Which account"), "type": "choice", "required": True,
             "value": "open", "options": [
                {"key": "open", "label": _("A new one"),
                 "note": _("Its first password is shown once.")},
                {"key": "link", "label": _("One that belongs to nobody yet"),
                 "note": _("Marks and password stay as they are.")}]},
            {"name": "username", "label": _("Name to sign in with"), "required": True,
             "max_length": accounts.MAX_USERNAME, "autocomplete": "off"},
            _marks(request.user, []),
        ],
        affects=[
            _("They see what their teams and roles see, and act in their name."),
            _("Marks add to that for this account alone."),
        ],
    )  # fmt: skip

    def give(typed: Any) -> str | HttpResponse:
        actor, why = actor_for(request.user), typed.get("reason", "")
        if typed.get("how") == "link":
            user = accounts.linkable(typed.get("username", ""))
            people.link_user(person, user, reason=why, actor=actor)
            return _("The account %(name)s is theirs now.") % {"name": user.username}
        found = accounts.open_account(
            person,
            username=typed.get("username", ""),
            marks=typed.getlist("marks"),
            reason=why,
            actor=actor,
        )
        return _shown_once(request, person, found)

    return answer(request, form, give)


def _shown_once(
    request: HttpRequest, person: Person, found: accounts.FirstPassword
) -> HttpResponse:
    """The page with a password: drawn as the answer, kept nowhere."""
    page = {"person": person, "found": found, "crumbs": crumbs(person, _("First password"))}
    response = render(request, "governance/admin/password.html", page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _account(person: Person, pk: int) -> User:
    user: User | None = person.users.filter(pk=pk).first()
    if user is None:
        raise NotFound("This account is not theirs.")
    return user


@never_cache
@kept
@ASKS
def one(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Marks of an account, and whether it may sign in."""
    person = _person(request, key)
    user = _account(person, pk)
    had, own = accounts.marks_of(user), _own_marks(request.user)
    others = [mark for mark in had if mark not in own]
    form = Form(
        title=_("Account %(name)s") % {"name": user.username},
        submit=_("Save account"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, user.username),
        lede=_("It has marks you cannot give: %(marks)s.") % {"marks": ", ".join(others)}
        if others
        else "",
        fields=[
            _marks(request.user, had),
            {"name": "active", "label": _("May sign in"), "type": "boolean",
             "value": user.is_active},
        ],
        template="governance/admin/account.html",
        extra={"user_id": user.pk, "person": person},
        affects=[
            _("Whoever is signed in with it: sessions and tokens of a closed account end at once."),
        ],
    )  # fmt: skip

    def save(typed: Any) -> str:
        accounts.change_account(
            person,
            user,
            marks=[*typed.getlist("marks"), *others],
            active="active" in typed,
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("Saved.")

    return answer(request, form, save)


@never_cache
@kept
@ASKS
def password(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A new first password for an account."""
    person = _person(request, key)
    user = _account(person, pk)
    form = Form(
        title=_("New first password for %(name)s") % {"name": user.username},
        submit=_("Make new password"),
        back=reverse("admin-account", args=[person.key, user.pk]),
        crumbs=crumbs(person, _("New password")),
        lede=_("It is shown once. Hand it over yourself, not by mail."),
        affects=[_("Whoever is signed in with this account is signed out.")],
        danger=True,
    )

    def make(typed: Typed) -> HttpResponse:
        actor, why = actor_for(request.user), typed.get("reason", "")
        found = accounts.reset_password(person, user, reason=why, actor=actor)
        return _shown_once(request, person, found)

    return answer(request, form, make)


@kept
@ASKS
def unlink(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Take an account away from somebody."""
    person = _person(request, key)
    user = _account(person, pk)
    form = Form(
        title=_("Take the account %(name)s away") % {"name": user.username},
        submit=_("Take account away"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("Take away")),
        lede=_("It stays as an account of nobody and can be given to somebody else."),
        affects=[_("Who signs in with it sees and does nothing until it is somebody's again.")],
        danger=True,
    )

    def take(typed: Typed) -> str:
        actor, why = actor_for(request.user), typed.get("reason", "")
        accounts.unlink_user(person, user, reason=why, actor=actor)
        return _("The account %(name)s is theirs no longer.") % {"name": user.username}

    return answer(request, form, take)
