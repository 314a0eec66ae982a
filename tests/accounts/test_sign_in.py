"""The door: one sentence for every refusal, slow guessing, personas in a demo only."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from esm.accounts import registries
from esm.accounts.models import SignInAttempt, User
from esm.accounts.registries import Persona
from esm.accounts.services.sign_in import ATTEMPTS, REFUSED
from esm.common import clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
PASSWORD = "correct horse battery"


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ann", PASSWORD, email="ann@example.org")


def sign_in(client: Client, name: str, password: str, **extra: Any) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password}, **extra)


def who(client: Client) -> str:
    return client.get("/who/").content.decode()


def sentence(response: Any) -> str:
    """What the page says besides what the visitor typed."""
    text = unescape(response.content.decode())
    assert REFUSED in text
    return text


@pytest.mark.parametrize("name", ["ann", "ann@example.org", " ANN@example.org "])
def test_name_or_mail_and_password_open_a_session(client: Client, user: User, name: str) -> None:
    response = sign_in(client, name, PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert who(client) == "ann"


def test_a19_every_refusal_reads_alike(client: Client, user: User) -> None:
    User.objects.create_user("closed", PASSWORD, is_active=False)
    User.objects.create_user("empty")
    refused = [
        sign_in(client, "ann", "wrong"),
        sign_in(client, "nobody", PASSWORD),
        sign_in(client, "closed", PASSWORD),
        sign_in(client, "empty", ""[:0] or "x"),
    ]
    assert [response.status_code for response in refused] == [422, 422, 422, 422]
    assert all(sentence(response) for response in refused)
    assert who(client) == "AnonymousUser"


def test_a_refused_form_keeps_the_name_and_not_the_password(client: Client, user: User) -> None:
    text = sentence(sign_in(client, "ann", "secret-typed"))
    assert 'value="ann"' in text
    assert "secret-typed" not in text


def test_guessing_is_stopped_with_the_same_sentence(client: Client, user: User) -> None:
    for _ in range(ATTEMPTS):
        sign_in(client, "ann", "wrong")
    sentence(sign_in(client, "Ann ", PASSWORD))
    assert who(client) == "AnonymousUser"
    # Another address is not held back, nor is this one later.
    assert sign_in(Client(), "ann", PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert sign_in(client, "ann", PASSWORD).status_code == 302


def test_attempts_hold_no_name_and_end_with_success(client: Client, user: User) -> None:
    sign_in(client, "ann", "wrong")
    row = SignInAttempt.objects.get()
    assert "ann" not in row.key
    sign_in(client, "ann", PASSWORD)
    assert SignInAttempt.objects.count() == 0


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/requests/", "/requests/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_way_back_stays_in_the_house(
    client: Client, user: User, wanted: str, goes: str
) -> None:
    data = {"username": "ann", "password": PASSWORD, "next": wanted}
    assert client.post("/sign-in/", data)["Location"] == goes


def test_signing_out_needs_a_post(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/sign-out/").status_code == 405
    assert who(client) == "ann"
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert who(client) == "AnonymousUser"


def test_a_form_from_elsewhere_is_refused(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "ann", PASSWORD).status_code == 403


def test_a_demo_offers_its_people_without_a_password(
    client: Client, user: User, settings: Any, monkeypatch: Any
) -> None:
    bea = User.objects.create_user("bea", is_demo=True)
    monkeypatch.setattr(registries, "_describe", [])
    registries.register_personas(
        lambda user_ids: {bea.pk: Persona(key="bea", name="Bea Byrne", role="Case handler")}
    )
    settings.DEMO = True
    page = client.get("/sign-in/").content.decode()
    assert "Bea Byrne" in page
    assert "Case handler" in page
    assert 'value="ann"' not in page
    response = client.post("/sign-in/", {"persona": "bea", "next": "/requests/"})
    assert response["Location"] == "/requests/"
    assert who(client) == "bea"


@pytest.mark.parametrize("key", ["ann", "root", "nobody", "gone"])
def test_only_people_of_the_demo_come_in_without_a_password(
    client: Client, user: User, settings: Any, key: str
) -> None:
    settings.DEMO = True
    User.objects.create_user("root", is_demo=True, is_superuser=True)
    User.objects.create_user("gone", is_demo=True, is_active=False)
    sentence(client.post("/sign-in/", {"persona": key}))
    assert who(client) == "AnonymousUser"


def test_without_a_demo_nobody_comes_in_without_a_password(
    client: Client, user: User, settings: Any
) -> None:
    settings.DEMO = False
    User.objects.create_user("bea", is_demo=True)
    assert "bea" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/", {"persona": "bea"}).status_code == 422
    assert who(client) == "AnonymousUser"
