"""Tokens: shown once, narrowed by scopes, ended at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import ApiToken, ServiceAccount, User
from esm.accounts.services.tokens import NewToken, create_token, revoke_token
from esm.common import clock
from esm.common.errors import Invalid, NotFound
from governance.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ann", "correct horse battery")


@pytest.fixture
def new(user: User) -> NewToken:
    return create_token(user, name="ledger sync", scopes=["requests:read"])


def ask(text: str, method: str = "get", path: str = "/api/probe/") -> Any:
    return getattr(Client(), method)(path, HTTP_AUTHORIZATION=f"Bearer {text}")


def test_a_token_speaks_for_its_owner(new: NewToken) -> None:
    response = ask(new.text)
    assert (response.status_code, response.json()) == (200, {"user": "ann"})


def test_only_the_hash_is_kept(new: NewToken) -> None:
    mark, prefix, secret = new.text.split("_", 2)
    stored = ApiToken.objects.get()
    assert (mark, prefix) == ("esm", stored.prefix)
    assert len(secret) >= 43
    assert secret not in "".join(str(value) for value in vars(stored).values())


@pytest.mark.parametrize(
    "text",
    ["", "esm", "esm__", "esm_0000_secret", "esm_{prefix}_", "esm_{prefix}_wrong", "{prefix}", "ü"],
)
def test_wrong_tokens_are_refused_alike(new: NewToken, text: str) -> None:
    response = ask(text.format(prefix=new.token.prefix))
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["detail"] == "This token is not valid."


def test_a_scope_is_needed_and_none_is_added(new: NewToken) -> None:
    refused = ask(new.text, "post")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "This token lacks the scope requests:write."
    assert ask(new.text, path="/api/unnamed/").status_code == 403


def test_people_are_not_narrowed_by_scopes(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/api/unnamed/").status_code == 200
    assert client.post("/api/probe/").status_code == 200


def test_revocation_holds_at_the_next_request(new: NewToken, user: User) -> None:
    assert ask(new.text).status_code == 200
    revoke_token(new.token.pk, user=user)
    assert ask(new.text).status_code == 401
    first = ApiToken.objects.get().revoked_at
    revoke_token(new.token.pk)
    assert ApiToken.objects.get().revoked_at == first


def test_one_cannot_end_the_token_of_another(new: NewToken) -> None:
    other = User.objects.create_user("bob")
    with pytest.raises(NotFound):
        revoke_token(new.token.pk, user=other)
    assert ask(new.text).status_code == 200


def test_a_token_ends_on_time(user: User) -> None:
    end = clock.now() + timedelta(hours=1)
    new = create_token(user, name="short", scopes=["flow:read", "requests:read"], expires_at=end)
    assert ask(new.text).status_code == 200
    with clock.frozen(end):
        assert ask(new.text).status_code == 401


def test_a_closed_account_closes_its_tokens(new: NewToken, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert ask(new.text).status_code == 401


def test_a_closed_service_account_closes_its_tokens(new: NewToken, user: User) -> None:
    Role.objects.create(key="clerk", name="Clerk")
    account = ServiceAccount.objects.create(key="sync", name="Sync", user=user, role_key="clerk")
    assert ask(new.text).status_code == 200
    account.active = False
    account.save()
    assert ask(new.text).status_code == 401


def test_the_last_use_is_noted_once_a_minute(new: NewToken, django_assert_num_queries: Any) -> None:
    start = clock.now()
    with clock.frozen(start):
        ask(new.text)
    with clock.frozen(start + timedelta(seconds=59)):
        with django_assert_num_queries(2) as queries:
            ask(new.text)
        assert isinstance(queries, CaptureQueriesContext)
    assert ApiToken.objects.get().last_used_at == start
    with clock.frozen(start + timedelta(seconds=60)):
        ask(new.text)
    assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=60)


def test_a_token_that_makes_no_sense_is_refused(user: User) -> None:
    with pytest.raises(Invalid) as caught:
        create_token(user, name=" ", scopes=["everything"], expires_at=clock.now())
    assert sorted(caught.value.errors) == ["expires_at", "name", "scopes"]
    assert ApiToken.objects.count() == 0
