import pytest
from django.db import transaction

from catalog.models import Offering
from esm.accounts.models import User
from esm.common import clock
from governance import grants, registries
from governance.models import Person
from workflows.models import Request, ValueStream

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_bruno(staff: dict[str, Person], published) -> Request:
    offering = Offering.objects.get()
    return Request.objects.create(
        number=10001,
        offering=offering,
        service=offering.service,
        value_stream=ValueStream.objects.get(),
        workflow_key="feast",
        version=published,
        requester=staff["bruno"],
        title="Wedding",
        submitted_at=clock.now(),
    )


def test_a_grant_is_mirrored_into_the_array_and_taken_back(request_of_bruno, staff):
    row, ben = request_of_bruno, staff["ben"]
    assert grants.grant("view_request", row, ben)
    assert not grants.grant("view_request", row, ben)
    user = User.objects.get(username="ben")
    assert user.has_perm("workflows.view_request", row)
    row.refresh_from_db()
    assert ben.pk * 4 + 2 in row.principals
    assert grants.granted_persons("view_request", Request, [row.pk]) == {row.pk: {ben.pk}}
    assert grants.revoke("view_request", row, ben)
    assert not grants.revoke("view_request", row, ben)
    row.refresh_from_db()
    assert ben.pk * 4 + 2 not in row.principals
    assert grants.granted_persons("view_request", Request, [row.pk]) == {}


def test_every_account_of_a_person_gets_it(request_of_bruno, staff):
    second = User.objects.create_user("ben-two")
    staff["ben"].users.add(second)
    grants.grant("view_request", request_of_bruno, staff["ben"])
    assert second.has_perm("workflows.view_request", request_of_bruno)


def test_a_grant_and_its_mirror_are_one_transaction(request_of_bruno, staff, monkeypatch):
    def fail(pks: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setitem(registries._registry.visibility, "workflows.request", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        grants.grant("view_request", request_of_bruno, staff["ben"])
    assert grants.granted_persons("view_request", Request, [request_of_bruno.pk]) == {}
