"""People and their accounts over REST."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.models import User
from esm.common.api.match import tag_of
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import Invalid, NotFound
from governance.api.serializers_people import (
    AccountIn,
    AccountOut,
    AccountPatch,
    FirstPasswordOut,
    ImportIn,
    ImportOut,
    InHandOut,
    PeopleQuery,
    PersonDetailOut,
    PersonIn,
    PersonOut,
    PersonPatch,
    WhyIn,
)
from governance.locks import lock_person
from governance.models import Person
from governance.selectors import administration
from governance.selectors.people import actor_for
from governance.selectors.person_page import PersonPage, held_by, person_page
from governance.selectors.versions import blueprint, published
from governance.services import accounts, leaving, people, people_csv
from governance.services.accounts import FirstPassword
from governance.services.lookups import look_at_person

SCOPES = {"read": "admin", "write": "admin"}


def named_person(text: str, field: str = "person") -> Person:
    """Who is meant by a key or mail address. Raises Invalid."""
    found = administration.named(administration.words(text))
    if len(found) != 1:
        said = "There is nobody of this key or mail address."
        raise Invalid(said, {field: [said]})
    return found[0]


class People(ScopedView):
    """All people one sees in administration."""

    scopes = SCOPES

    @operation("person_list", tag="people", answer=PersonOut, query=PeopleQuery, page=True)
    def get(self, request: Request) -> Response:
        """List people by name; who leads a team sees that team."""
        administration.require_reach(request.user)
        asked = {name: self.query[name] for name in ("team", "state")}
        rows = administration.matching(request.user, text=self.query["q"], **asked)
        page = page_of(rows, name="people", order=("name", "id"), query=self.query)
        return page_response(request, page, PersonOut)

    @operation("person_create", tag="people", answer=PersonOut, body=PersonIn, status=201)
    def post(self, request: Request) -> Response:
        """Enter somebody; teams, roles and accounts are given after that."""
        body = self.body(request)
        version = published()
        zone = str(blueprint(version).organisation().zone) if version else "UTC"
        made = people.create_person(
            key=body.get("key") or administration.free_key(body["name"]),
            name=body["name"],
            email=body["email"],
            zone=body.get("zone", zone),
            reason=body["reason"],
            actor=actor_for(request.user),
        )
        answer = told(PersonOut, made, status=201)
        answer["Location"] = f"{request.path}/{made.key}"
        return answer


class OnePerson(ScopedView):
    """Addresses of one person."""

    scopes = SCOPES

    def person(self, request: Request, key: str) -> Person:
        """Raises NotFound, for hidden and missing alike."""
        return administration.person_by_key(request.user, key)

    def hold(self, request: Request, **place: Any) -> None:
        lock_person(self.person(request, place["key"]).pk)

    def tag(self, request: Request, **place: Any) -> str:
        return tag_of(self.detail(request, self.person(request, place["key"])).data)

    def detail(self, request: Request, person: Person) -> Response:
        """A person as their page shows them."""
        return told(PersonDetailOut, _Detail(person_page(request.user, person)))


class _Detail:
    """A person's own columns beside the lists of their page."""

    def __init__(self, page: PersonPage) -> None:
        self.person = page.person
        self.memberships = page.memberships
        self.roles = page.holdings
        self.accounts = page.users

    def __getattr__(self, name: str) -> object:
        return getattr(self.person, name)


class PersonView(OnePerson):
    """One person."""

    @operation("person_get", tag="people", answer=PersonDetailOut)
    def get(self, request: Request, key: str) -> Response:
        """One person with teams, roles and accounts."""
        person = self.person(request, key)
        look_at_person(request.user, person)
        return self.detail(request, person)

    @operation(
        "person_change", tag="people", answer=PersonDetailOut, body=PersonPatch, guarded=True
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change name, mail address or zone."""
        person = self.person(request, key)
        body = self.body(request)
        return self.detail(
            request, people.update_person(person, **body, actor=actor_for(request.user))
        )


class InHand(OnePerson):
    """What a person holds."""

    @operation("person_in_hand", tag="people", answer=InHandOut, page=True)
    def get(self, request: Request, key: str) -> Response:
        """What somebody holds, and what becomes of it when they leave."""
        person = self.person(request, key)
        administration.require_reach(request.user)
        return page_response(request, Page(held_by(request.user, person)), InHandOut)


class Leave(OnePerson):
    """Leaving the organisation."""

    @operation("person_leave", tag="people", answer=PersonOut, body=WhyIn)
    def post(self, request: Request, key: str) -> Response:
        """Say that somebody left: teams and roles end, accounts close, work goes back."""
        person = self.person(request, key)
        body = self.body(request)
        done = leaving.deactivate_person(person, **body, actor=actor_for(request.user))
        return told(PersonOut, done)


class ComeBack(OnePerson):
    """Being back."""

    @operation("person_come_back", tag="people", answer=PersonOut, body=WhyIn)
    def post(self, request: Request, key: str) -> Response:
        """Say that somebody is back; teams, roles and accounts are given anew."""
        person = self.person(request, key)
        body = self.body(request)
        done = leaving.reactivate_person(person, **body, actor=actor_for(request.user))
        return told(PersonOut, done)


class Accounts(OnePerson):
    """Giving accounts."""

    @operation("account_give", tag="people", answer=FirstPasswordOut, body=AccountIn, status=201)
    def post(self, request: Request, key: str) -> Response:
        """Open an account for somebody, or link one of nobody; the password is told once."""
        person = self.person(request, key)
        body, actor = self.body(request), actor_for(request.user)
        if body.pop("link"):
            administration.check(request.user, "account.keep", holder_id=person.pk)
            user = accounts.linkable(body["username"])
            people.link_user(person, user, reason=body["reason"], actor=actor)
            found: object = {"user": user, "password": None}
        else:
            found = accounts.open_account(person, **body, actor=actor)
        return _secret(found, status=201)


def _secret(found: object, status: int = 200) -> Response:
    answer = told(FirstPasswordOut, found, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


class OneAccount(OnePerson):
    """Addresses of one account of a person."""

    def account(self, request: Request, key: str, number: int) -> tuple[Person, User]:
        """Raises NotFound."""
        person = self.person(request, key)
        page = person_page(request.user, person)
        user = next((user for user in page.users if user.pk == number), None)
        if user is None:
            raise NotFound("This account is not theirs.")
        return person, user


class Account(OneAccount):
    """One account."""

    @operation("account_change", tag="people", answer=AccountOut, body=AccountPatch)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Change marks, or close an account and let it in again."""
        person, user = self.account(request, key, number)
        body = self.body(request)
        changed = accounts.change_account(
            person,
            user,
            marks=body.get("marks", accounts.marks_of(user)),
            active=body.get("active", user.is_active),
            reason=body["reason"],
            actor=actor_for(request.user),
        )
        return told(AccountOut, changed)

    @operation("account_take", tag="people", answer=None, status=204)
    def delete(self, request: Request, key: str, number: int) -> Response:
        """Take an account away; it stays and belongs to nobody."""
        person, user = self.account(request, key, number)
        accounts.unlink_user(person, user, actor=actor_for(request.user))
        return Response(status=204)


class Password(OneAccount):
    """A new first password."""

    @operation("account_password", tag="people", answer=FirstPasswordOut, body=WhyIn)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Make a new first password; it is told once."""
        person, user = self.account(request, key, number)
        body = self.body(request)
        made: FirstPassword = accounts.reset_password(
            person, user, **body, actor=actor_for(request.user)
        )
        return _secret(made)


class PeopleFile(ScopedView):
    """People from a file."""

    scopes = SCOPES

    @operation("people_import", tag="people", answer=ImportOut, body=ImportIn)
    def post(self, request: Request) -> Response:
        """Read people from CSV; a dry run unless `apply` is true, then all rows or none."""
        administration.check(request.user, "people.edit")
        body, actor = self.body(request), actor_for(request.user)
        content = body["content"].encode()
        found = people_csv.look(content, actor=actor)
        if found.plan is None:
            raise Invalid(found.wrong, {"content": [found.wrong]})
        if body["apply"]:
            people_csv.apply_content(content, reason=body["reason"], actor=actor)
        shown = {
            "applied": body["apply"],
            "columns": found.columns,
            "rows": found.plan.changes,
            "unchanged": found.plan.count("same"),
        }
        return told(ImportOut, shown)
