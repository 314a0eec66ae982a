"""If-Match on what is kept of people and of messages in: nobody ends what somebody else changed."""

from typing import Any

import pytest
from django.db.models import F

from governance.models import Absence, Membership, RoleAssignment
from tests.api.client import V1, caller
from tests.permissions.conftest import stage
from tests.permissions.world import Stage
from workflows.models import InboundSource

__all__ = ["stage"]

pytestmark = pytest.mark.django_db
LATER, LATEST, FAR = "2031-01-10T00:00:00Z", "2031-02-10T00:00:00Z", "2031-03-10T00:00:00Z"


@pytest.fixture
def who(stage: Stage) -> Any:
    """Somebody who keeps people and messages in."""
    found = caller(stage.world, stage.world.journey["persona"])
    person = stage.world.person(stage.world.journey["persona"])
    person.users.update(is_steward=True, is_admin=True)
    return found


CASES = {
    "membership": (Membership, "memberships", "PATCH", {"until": LATER}, {"until": LATEST}, 200),
    "membership-end": (Membership, "memberships", "DELETE", None, {"until": LATEST}, 204),
    "holding": (RoleAssignment, "holdings", "PATCH", {"until": LATER}, {"until": LATEST}, 200),
    "absence": (Absence, "absences", "PATCH", {"until": LATER}, {"until": LATEST}, 204),
}


@pytest.mark.parametrize("case", CASES)
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    who: Any, stage: Stage, case: str
) -> None:
    model, place, method, body, other, done = CASES[case]
    if model is Absence:
        who.post("/absences", {"since": stage.world.now.isoformat(), "until": FAR}, 201)
        row = Absence.objects.latest("pk")
    else:
        row = model.objects.filter(valid__endswith__isnull=True).first()
    path = f"{V1}/{place}/{row.pk}"
    read = who.raw("GET", path)
    assert (read.status_code, read.json()["number"]) == (200, row.pk)
    old = read["ETag"]
    assert who.raw("GET", path, HTTP_IF_NONE_MATCH=old).status_code == 304
    changed = who.raw("PATCH", path, other)
    assert changed.status_code in (200, 204), changed.content
    now = who.raw("GET", path)["ETag"]
    assert now != old
    kept = model.objects.get(pk=row.pk).valid
    stale = who.raw(method, path, body, HTTP_IF_MATCH=old)
    assert (stale.status_code, stale.json()["code"], stale["ETag"]) == (412, "stale", now)
    assert stale.json()["current"] == now
    assert model.objects.get(pk=row.pk).valid == kept
    assert who.raw(method, path, body, HTTP_IF_MATCH=now).status_code == done
    left = model.objects.filter(pk=row.pk, valid=kept)
    assert not left.exists()


def test_a_source_is_changed_and_ended_as_it_was_read(who: Any, stage: Stage) -> None:
    path = f"{V1}/sources/{stage.source.key}"
    old = who.raw("GET", path)["ETag"]
    # Messages that nobody believed move its figures, not its tag.
    InboundSource.objects.filter(pk=stage.source.pk).update(refused=F("refused") + 1)
    assert who.raw("GET", path)["ETag"] == old
    assert who.raw("PATCH", path, {"name": "Ward two"}, HTTP_IF_MATCH=old).status_code == 200
    now = who.raw("GET", path)["ETag"]
    assert now != old
    for method, below, body in (
        ("PATCH", "", {"name": "Lost"}),
        ("POST", "/rotate", None),
        ("DELETE", "", None),
    ):
        stale = who.raw(method, f"{path}{below}", body, HTTP_IF_MATCH=old)
        assert (stale.status_code, stale.json()["current"]) == (412, now), method
    row = InboundSource.objects.get(pk=stage.source.pk)
    assert (row.name, row.active) == ("Ward two", True)
    assert who.raw("POST", f"{path}/rotate", HTTP_IF_MATCH=now).status_code == 200
    assert who.raw("DELETE", path, HTTP_IF_MATCH=now).status_code == 204
    assert not InboundSource.objects.get(pk=stage.source.pk).active
