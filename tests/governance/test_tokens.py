"""Tokens of people: made and ended on their page and over the API, on record, never for ever."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from esm.accounts.models import ApiToken, User
from esm.accounts.services.tokens import create_token
from esm.common import clock
from esm.common.errors import Invalid
from esm.events.selectors.events import events_of_parent
from governance.models import Person
from governance.services.tokens import MOST
from tests.support import client

pytestmark = pytest.mark.django_db
WANTED = {"name": "Ledger", "scopes": ["requests:read", "flow:read"], "days": "30"}
SECRET = re.compile(r"esm_[0-9a-f]{8}_[\w-]{43}")


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def me(secret: str) -> int:
    return Client().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code


def test_a_token_is_made_on_the_page_shown_once_and_ended_with_a_reason(staff):
    ben = client("ben")
    made = ben.post("/tokens/new/", WANTED)
    assert "no-store" in made.headers["Cache-Control"]
    (secret,) = set(SECRET.findall(text(made)))
    assert f'data-copy="{secret}"' in text(made)
    assert me(secret) == 200
    token = ApiToken.objects.get()
    assert abs(token.ends_at - token.created_at - timedelta(days=30)) < timedelta(seconds=1)
    page = text(ben.get("/tokens/"))
    assert secret not in page
    assert f"esm_{token.prefix}_…" in page
    assert "read requests, read the flow figures" in page

    assert client("hedda").get(f"/tokens/{token.prefix}/end/").status_code == 404
    assert client("hedda").post(f"/tokens/{token.prefix}/end/").status_code == 404
    assert me(secret) == 200
    assert ben.post(f"/tokens/{token.prefix}/end/", {"reason": "Lost."}).status_code == 302
    assert me(secret) == 401
    ben.post(f"/tokens/{token.prefix}/end/", {"reason": "Again."})
    events = events_of_parent(Person.objects.get(key="ben"))[-2:]
    assert [(e.type, e.private) for e in events] == [
        ("token.made", {"name": "Ledger"}),
        ("token.ended", {"reason": "Lost."}),
    ]
    assert secret not in str(events)


def test_what_cannot_be_kept_is_said_and_loses_nothing(staff):
    ben = client("ben")
    refused = ben.post("/tokens/new/", {**WANTED, "name": " ", "days": "9999"})
    assert refused.status_code == 400
    assert "Choose one of the list." in text(refused)
    assert 'value="flow:read" checked' in text(refused)
    refused = ben.post("/tokens/new/", {**WANTED, "scopes": ["model:write"]})
    assert "Only stewards change the operating model" in text(refused)
    assert "model:write" not in text(ben.get("/tokens/new/"))
    assert ApiToken.objects.count() == 0
    user = User.objects.get(username="ben")
    for _ in range(MOST):
        create_token(user, name="x", scopes=["work"])
    assert "End one you no longer need" in text(ben.post("/tokens/new/", WANTED))


def test_an_account_of_nobody_has_no_token(staff):
    User.objects.create_user("stray")
    stray = client("stray")
    assert "This account can have no token" in text(stray.get("/tokens/"))
    assert stray.post("/tokens/new/", WANTED).status_code == 403
    refused = stray.post("/api/v1/tokens", {"name": "x", "scopes": ["work"]}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "token-nobody")
    assert ApiToken.objects.count() == 0


def test_a_token_ends_after_the_usual_time_and_never_later_than_the_setting(staff, settings):
    user, now = User.objects.get(username="ben"), clock.now()
    with clock.frozen(now):
        usual = create_token(user, name="x", scopes=["work"]).token
        longest = now + timedelta(days=365)
        with pytest.raises(Invalid) as refused:
            create_token(user, name="x", scopes=["work"], expires_at=longest + timedelta(seconds=1))
        assert refused.value.errors == {"expires_at": ["A token counts for at most 365 days."]}
        long = create_token(user, name="x", scopes=["work"], expires_at=longest)
    assert usual.ends_at == now + timedelta(days=90)
    # One from before there was a limit, and a limit that came later.
    ApiToken.objects.filter(pk=long.token.pk).update(expires_at=None)
    with clock.frozen(longest - timedelta(seconds=1)):
        assert me(long.text) == 200
    with clock.frozen(longest):
        assert me(long.text) == 401
    settings.TOKEN_MAX_DAYS = 30
    with clock.frozen(now + timedelta(days=30)):
        assert me(long.text) == 401


def test_what_ends_within_two_weeks_is_marked(staff):
    user, ben = User.objects.get(username="ben"), client("ben")
    end = clock.now() + timedelta(days=20)
    create_token(user, name="Ledger", scopes=["work"], expires_at=end)
    assert "ends within" not in text(ben.get("/tokens/"))
    with clock.frozen(end - timedelta(days=14)):
        assert "One token ends within 14 days." in text(ben.get("/tokens/"))
    with clock.frozen(end):
        page = text(ben.get("/tokens/"))
    assert "ends within" not in page
    assert "over since" in page


def test_the_same_over_the_api(staff):
    user = User.objects.get(username="ben")
    own = create_token(user, name="own", scopes=["admin", "requests:read"]).text
    head = {"HTTP_AUTHORIZATION": f"Bearer {own}"}
    sent = {"name": "more", "scopes": ["requests:read"]}
    made = Client().post("/api/v1/tokens", sent, "application/json", **head)
    assert made.status_code == 201
    path = made.headers["Location"]
    more = Client().post("/api/v1/tokens", {**sent, "scopes": ["work"]}, "application/json", **head)
    assert (more.status_code, more.json()["code"]) == (403, "token-scope")
    ended = Client().post(f"{path}/end", {"reason": "Done."}, "application/json", **head)
    assert ended.json()["revoked_at"] is not None
    assert me(made.json()["token"]) == 401
    (born, over) = events_of_parent(Person.objects.get(key="ben"))[-2:]
    assert born.data["by"] == own.split("_")[1]
    assert over.private == {"reason": "Done."}
