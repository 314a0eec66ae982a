from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from catalog.models import Draft, Offering
from esm.accounts.models import User
from governance.models import Person
from governance.selectors.people import person_for
from tests.governance.conftest import now, published, staff
from tests.workflows.conftest import _organisation, desk

__all__ = ["_organisation", "desk", "now", "published", "staff"]


@pytest.fixture
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    return tmp_path / "files"


@pytest.fixture
def bruno(staff: dict[str, Person]) -> User:
    return User.objects.get(username="bruno")


@pytest.fixture
def browser(bruno: User) -> Iterator[Client]:
    client = Client()
    client.force_login(bruno)
    yield client


@pytest.fixture
def draft(bruno: User) -> Draft:
    offering = Offering.objects.get(key="feast-order")
    person = person_for(bruno)
    return Draft.objects.create(user=bruno, person=person, offering=offering)


Fill = Callable[..., None]
FIRST = {"occasion": "Wedding", "guests": "80", "day": "2026-06-01", "price": "1.200,50"}
SECOND = {"grain": "wheat"}
