"""What a visitor of the demo gets: people to look around as, a token, a clock that moves."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import ApiToken, User
from esm.accounts.selectors.personas import personas
from esm.accounts.services.tokens import find_token
from esm.common import clock
from esm.events.models import ClockOffset
from governance.models import ModelVersion
from workflows.models import Request

pytestmark = pytest.mark.urls("tests.demo.urls")
FORWARD = "/demo/clock/forward/"


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The demo without its past, seeded once for this module on a Friday afternoon."""
    folder = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder, DEMO=True),
        transaction.atomic(),
    ):
        call_command("seed_demo", "--no-history", "--anchor", "2026-11-27", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def organisation(seeded: None, db: None, settings: Any) -> Iterator[None]:
    """The same for one test, whose own changes are taken back."""
    settings.DEMO = True
    yield
    clock.set_offset(timedelta(0))


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_without_history_the_model_of_today_is_in_force(organisation: None) -> None:
    states = dict(ModelVersion.objects.values_list("code", "state"))
    assert states == {
        "OM-1": "retired",
        "OM-2": "retired",
        "OM-3": "published",
        "OM-4": "in_review",
        "OM-5": "draft",
    }
    assert not Request.objects.exists()


def test_the_door_offers_people_with_their_roles(organisation: None) -> None:
    offered = personas()
    assert len(offered) == User.objects.filter(is_demo=True).count() == 21
    first = offered[0]
    assert (first.key, first.name, first.role) == ("mira", "Mira Tallvik", "Account Manager")
    assert all(persona.role and persona.does and persona.slot != "n" for persona in offered)


def test_nobody_is_offered_outside_a_demo(organisation: None, settings: Any) -> None:
    settings.DEMO = False
    assert personas() == []


def test_a_token_is_printed_once_and_works(organisation: None) -> None:
    out = StringIO()
    call_command("demo_token", stdout=out, stderr=StringIO())
    text = out.getvalue().strip()
    assert re.fullmatch(r"esm_[0-9a-f]{8}_\S{43}", text)
    found = find_token(text)
    assert found is not None and found.user.username == "svc-ledgerline"
    assert not {"admin", "decide", "model:write"} & set(found.scopes)
    assert text not in str(ApiToken.objects.values_list("secret_hash", "prefix").get())


def test_no_token_outside_a_demo(organisation: None, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="This is no demo"):
        call_command("demo_token")


@pytest.mark.parametrize("username", ["viktor", "sander"])
def test_an_administrator_or_steward_moves_the_clock_by_a_business_day(
    organisation: None, username: str
) -> None:
    before = clock.now()
    answer = signed_in(username).post(FORWARD)
    assert answer.status_code == 302
    offset = ClockOffset.objects.get().offset
    assert timedelta(hours=8) < offset <= timedelta(days=5)
    assert clock.now() >= before + offset


def test_others_do_not_move_the_clock(organisation: None) -> None:
    assert signed_in("mira").post(FORWARD).status_code == 403
    assert Client().post(FORWARD).status_code == 302
    assert not ClockOffset.objects.exists()


def test_outside_a_demo_there_is_no_such_page(organisation: None, settings: Any) -> None:
    settings.DEMO = False
    assert signed_in("viktor").post(FORWARD).status_code == 404
    assert not ClockOffset.objects.exists()


def test_asking_for_the_page_moves_nothing(organisation: None) -> None:
    assert signed_in("viktor").get(FORWARD).status_code == 405
    assert not ClockOffset.objects.exists()
