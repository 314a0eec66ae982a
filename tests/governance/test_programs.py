"""Programs: made and bound by administrators, never more than their role, stopped with a reason."""

import re

import pytest
from django.test import Client

from esm.accounts.models import ApiToken, User
from esm.common import clock
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from esm.events.selectors.events import events_of_parent
from governance.models import Person, Program, Role
from governance.selectors.people import actor_for, facts_for
from governance.services import leaving, programs
from tests.support import client

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"esm_[0-9a-f]{8}_[\w-]{43}")
LINK = {
    "name": "Oven link",
    "role": "head-baker",
    "owner": "hedda",
    "scopes": ["requests:read", "work"],
    "reason": "Agreed with the bakers.",
}
TOKEN = {"name": "Night run", "scopes": ["requests:read"], "days": "30", "reason": "First one."}


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def call(secret: str, path: str = "me", **sent: object) -> object:
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    if sent:
        return Client().post(f"/api/v1/{path}", sent, "application/json", **head)
    return Client().get(f"/api/v1/{path}", **head)


@pytest.fixture
def admin(staff):
    """Bruno keeps programs."""
    User.objects.filter(username="bruno").update(is_admin=True)
    return client("bruno")


@pytest.fixture
def link(admin) -> Program:
    assert admin.post("/admin/new-program/", LINK).status_code == 302
    return Program.objects.get(account__key="svc-oven-link")


@pytest.fixture
def secret(admin, link) -> str:
    (found,) = set(SECRET.findall(text(admin.post("/admin/programs/svc-oven-link/tokens/", TOKEN))))
    return found


def test_a_program_is_made_given_a_token_changed_and_ended_each_on_record(admin, link, secret):
    page = text(admin.get("/admin/programs/svc-oven-link/"))
    assert secret not in page
    assert "It acts in the role “Head baker” and never beyond it." in page
    assert call(secret).json()["acting_as"] == "head-baker"
    assert call(secret, "requests").status_code == 200

    changed = {**LINK, "name": "Oven bridge", "scopes": ["work"], "reason": "Reads no more."}
    assert admin.post("/admin/programs/svc-oven-link/edit/", changed).status_code == 302
    assert call(secret, "requests").status_code == 403
    assert ApiToken.objects.get().scopes == ["requests:read"]

    assert "optional" not in text(admin.get("/admin/programs/svc-oven-link/end/"))
    refused = admin.post("/admin/programs/svc-oven-link/end/", {"reason": " "})
    assert (refused.status_code, "Say why it ends" in text(refused)) == (400, True)
    admin.post("/admin/programs/svc-oven-link/end/", {"reason": "Replaced."})
    assert call(secret).status_code == 401
    again = admin.post("/admin/programs/svc-oven-link/edit/", changed)
    assert (again.status_code, "This program has ended" in text(again)) == (409, True)
    events = events_of_parent(link)
    assert [(e.type, e.private.get("reason")) for e in events] == [
        ("program.made", "Agreed with the bakers."),
        ("token.made", "First one."),
        ("program.changed", "Reads no more."),
        ("token.ended", None),
        ("program.ended", "Replaced."),
    ]
    assert {e.actor for e in events} == {Person.objects.get(key="bruno").ref}
    assert "Replaced." in text(admin.get("/admin/programs/svc-oven-link/"))


def test_when_who_answers_left_its_calls_say_what_to_do_until_somebody_is_named(
    admin, link, secret
):
    account = User.objects.get(username="svc-oven-link")
    assert facts_for(account).departments
    hedda = Person.objects.get(key="hedda")
    assert "Oven link" in text(admin.get("/admin/people/hedda/leave/"))
    assert "Oven link" in text(client("hedda").get("/tokens/"))
    leaving.deactivate_person(hedda, actor=SYSTEM)

    refused = call(secret)
    assert (refused.status_code, refused.json()["code"]) == (403, "owner-left")
    said = "An administrator says who answers for it now under Administration, Programs."
    assert said in refused.json()["detail"]
    assert not facts_for(User.objects.get(username="svc-oven-link")).departments
    page = text(admin.get("/admin/programs/"))
    assert "One program is refused whatever it asks" in page
    assert said in page
    tried = admin.post("/admin/programs/svc-oven-link/tokens/", TOKEN)
    assert (tried.status_code, said in text(tried)) == (409, True)

    admin.post("/admin/programs/svc-oven-link/edit/", {**LINK, "owner": "ben"})
    assert call(secret).status_code == 200
    assert "every" not in text(admin.get("/admin/programs/svc-oven-link/"))


def test_when_its_role_ends_it_sees_nothing_and_the_list_says_so(admin, link, secret):
    Role.objects.filter(key="head-baker").update(retired_at=clock.now())
    assert call(secret).json()["code"] == "role-ended"
    assert not facts_for(User.objects.get(username="svc-oven-link")).departments
    assert "which the published model has ended" in text(admin.get("/admin/programs/"))
    # Its owner may still change: the role that ended stays until another one is chosen.
    admin.post("/admin/programs/svc-oven-link/edit/", {**LINK, "name": "Renamed"})
    assert Program.objects.get(pk=link.pk).account.name == "Renamed"
    admin.post("/admin/programs/svc-oven-link/edit/", {**LINK, "role": "buyer"})
    assert call(secret).json()["acting_as"] == "buyer"


def test_a_program_in_an_executive_role_sees_what_the_role_sees_and_decides_nothing(admin, link):
    admin.post("/admin/programs/svc-oven-link/edit/", {**LINK, "role": "owner"})
    facts = facts_for(User.objects.get(username="svc-oven-link"))
    assert facts.executive
    assert not (facts.admin or facts.steward or facts.teams)


def test_a_program_renews_its_own_token_and_passes_on_no_more(admin, link):
    both = {**LINK, "scopes": ["admin", "requests:read"]}
    admin.post("/admin/programs/svc-oven-link/edit/", both)
    sent = {**TOKEN, "scopes": ["admin", "requests:read"]}
    (own,) = set(SECRET.findall(text(admin.post("/admin/programs/svc-oven-link/tokens/", sent))))
    made = call(own, "tokens", name="next", scopes=["admin", "requests:read"])
    assert made.status_code == 201
    assert call(own, "tokens", name="more", scopes=["work"]).json()["code"] == "token-scope"
    last = events_of_parent(link)[-1]
    assert (last.type, last.actor) == ("token.made", "svc:svc-oven-link")
    # It keeps no programs, itself neither.
    kept = call(own, "programs/svc-oven-link/end", reason="Tired.")
    assert kept.status_code == 403
    with pytest.raises(NotAllowed):
        programs.end_program(
            link, reason="x", actor=actor_for(User.objects.get(username="svc-oven-link"))
        )


def test_what_cannot_be_kept_is_said_and_loses_nothing(admin, link):
    wrong = {**LINK, "name": " ", "role": "nothing", "owner": "nobody", "scopes": []}
    refused = admin.post("/admin/new-program/", wrong)
    assert refused.status_code == 400
    assert "There is nobody of this name" in text(refused)
    refused = admin.post("/admin/new-program/", {**wrong, "owner": "ben"})
    page = text(refused)
    for said in ("Write a name of at most", "Choose a role of the published model", "at least one"):
        assert said in page
    assert 'value="ben"' in page
    more = admin.post("/admin/programs/svc-oven-link/tokens/", {**TOKEN, "scopes": ["decide"]})
    assert "This program may have no token for decide" in text(more)
    admin.post("/admin/new-program/", LINK)
    assert Program.objects.filter(account__key="svc-oven-link-2").exists()
    assert ApiToken.objects.count() == 0


def test_the_same_over_the_api(admin, staff):
    sent = {**LINK, "key": "oven"}
    made = admin.post("/api/v1/programs", sent, "application/json")
    assert (made.status_code, made.json()["owner"]["key"]) == (201, "hedda")
    assert admin.post("/api/v1/programs", sent, "application/json").status_code == 400
    path = made.headers["Location"]
    changed = admin.patch(path, {"owner": "ben", "reason": "Hedda is busy."}, "application/json")
    assert (changed.json()["owner"]["key"], changed.json()["role"]) == ("ben", "head-baker")
    token = {"name": "Night run", "scopes": ["requests:read"]}
    secret = admin.post(f"{path}/tokens", token, "application/json").json()["token"]
    assert call(secret).status_code == 200
    (row,) = admin.get(f"{path}/tokens").json()["items"]
    admin.post(f"{path}/tokens/{row['prefix']}/end", {"reason": "Lost."}, "application/json")
    assert call(secret).status_code == 401
    assert admin.post(f"{path}/end", {}, "application/json").status_code == 400
    ended = admin.post(f"{path}/end", {"reason": "Done."}, "application/json")
    assert ended.json()["ended_at"] is not None
    # Stewards and auditors read; nobody else does.
    assert client("olga").get(path).status_code == 200
    assert client("olga").post(f"{path}/tokens", token, "application/json").status_code == 403
    assert client("hedda").get(path).status_code == 403
