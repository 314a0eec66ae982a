"""Who looked at what they have no part in: written once a day, kept, shown, never in the way."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction

from esm.events.models import ChainAnchor, LedgerCheck
from esm.events.services.anchors import anchor
from esm.events.services.checking import check_daily, check_ledger
from governance.models import Decision, Lookup
from governance.services import deciding, lookups
from tests.permissions.world import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _taken_back(stage: Stage) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows() -> list[tuple[str, str, str, str, int]]:
    """Username, sight, kind, ref and count of each."""
    found = Lookup.objects.order_by("pk").select_related("actor")
    return [(r.actor.username, r.sight, r.kind, r.ref, r.count) for r in found]


def open_(stage: Stage, actor: str, address: str) -> int:
    return stage.client(actor).get(address).status_code


def test_who_has_a_part_writes_nothing(stage: Stage) -> None:
    request = stage.requests["deciding"]
    decision = Decision.objects.get(subject_id=request.pk)
    colleague = stage.outsiders[0]
    for actor in ("requester", "receiver", "decider", "other"):
        for address in (
            f"/requests/{request.ref}/", f"/requests/{request.ref}/print/",
            f"/api/v1/requests/{request.ref}", f"/decisions/?open={decision.pk}",
            f"/decisions/{decision.pk}/record/", f"/admin/people/{colleague.key}/", "/profile/",
        ):  # fmt: skip
            open_(stage, actor, address)
    executive = stage.accounts["decider"].username
    # The one who decides is part of it, as is who asked; whoever leads a team sees it by that.
    assert [row for row in rows() if row[0] != executive] == []
    assert [row for row in rows() if row[3].startswith(request.ref)] == []


def test_a_look_is_one_row_a_day_with_its_count(stage: Stage) -> None:
    request = stage.requests["queued"]
    auditor, steward = stage.accounts["auditor"].username, stage.accounts["steward"].username
    for _ in range(3):
        assert open_(stage, "auditor", f"/requests/{request.ref}/") == 200
    assert open_(stage, "auditor", f"/api/v1/requests/{request.ref}/comments") == 200
    assert open_(stage, "steward", f"/requests/{request.ref}/print/") == 200
    assert rows() == [
        (auditor, "auditor", "request", request.ref, 4),
        (steward, "steward", "request", request.ref, 1),
    ]
    assert {row.about_id for row in Lookup.objects.all()} == {request.requester_id}
    stage.world.tick(days=1)
    open_(stage, "auditor", f"/requests/{request.ref}/")
    stage.world.tick(days=-1)
    assert [row[4] for row in rows() if row[0] == auditor] == [4, 1]


def test_decisions_persons_and_the_file_of_everybody(stage: Stage) -> None:
    request = stage.requests["deciding"]
    decision = Decision.objects.get(subject_id=request.pk)
    colleague = stage.outsiders[0]
    number = f"{request.ref}/{decision.seq}"
    auditor, keeper = stage.accounts["auditor"].username, stage.accounts["admin"].username
    for address in (
        f"/decisions/?open={decision.pk}",
        f"/decisions/{decision.pk}/record/",
        f"/api/v1/decisions/{request.ref}/{decision.seq}",
    ):
        assert open_(stage, "auditor", address) == 200
    assert open_(stage, "admin", f"/admin/people/{colleague.key}/") == 200
    assert open_(stage, "admin", f"/api/v1/people/{colleague.key}") == 200
    assert open_(stage, "auditor", "/admin/people.csv") == 200
    assert rows() == [
        (auditor, "auditor", "decision", number, 3),
        (keeper, "admin", "person", colleague.key, 2),
        (auditor, "auditor", "people", "everybody", 1),
    ]


def test_what_is_hidden_or_refused_is_no_look(stage: Stage) -> None:
    hidden = stage.requests["confidential"]
    for actor in ("auditor", "steward", "admin", "other"):
        assert open_(stage, actor, f"/requests/{hidden.ref}/") == 404
    for state in ("deciding", "offered"):
        ref = stage.requests[state].ref
        assert open_(stage, "requester", f"/requests/{ref}/evidence/") == 403
    assert rows() == []


def test_a_page_is_read_though_nothing_can_be_written(stage: Stage) -> None:
    address = f"/requests/{stage.requests['queued'].ref}/"
    with mock.patch.object(lookups, "ADD", "INSERT INTO nowhere VALUES (%s" + ", %s" * 11 + ")"):
        assert open_(stage, "auditor", address) == 200
    assert rows() == []


def test_only_the_count_grows_and_nothing_goes_within_a_year(stage: Stage) -> None:
    open_(stage, "auditor", f"/requests/{stage.requests['queued'].ref}/")
    for sql in (
        "UPDATE governance_lookup SET ref = 'R-1', count = count + 1",
        "UPDATE governance_lookup SET sight = 'steward', count = count + 1",
        "UPDATE governance_lookup SET count = count - 1",
        "UPDATE governance_lookup SET count = count + 1, kept_from = kept_from - interval '1 day'",
        "DELETE FROM governance_lookup",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert lookups.forget_old() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE governance_lookup DISABLE TRIGGER USER")
        cursor.execute("UPDATE governance_lookup SET kept_from = now() - interval '366 days'")
        cursor.execute("ALTER TABLE governance_lookup ENABLE TRIGGER USER")
    assert lookups.forget_old() == 1
    assert rows() == []


def page(stage: Stage, actor: str, address: str) -> str:
    answer = stage.client(actor).get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_auditors_read_them_and_everybody_their_own(stage: Stage) -> None:
    assert "Nobody looked" in page(stage, "auditor", "/audit/lookups/")
    assert "Nobody who has no part in it" in page(stage, "requester", "/profile/")
    request = stage.requests["queued"]
    page(stage, "steward", f"/requests/{request.ref}/")
    steward = Lookup.objects.get().person
    shown = page(stage, "auditor", "/audit/lookups/")
    assert steward.name in shown and f'href="/requests/{request.ref}/"' in shown
    assert "kept for 365 days" in shown
    for address, there in (
        ("?kind=request", True), ("?kind=person", False), (f"?q={request.ref}", True),
        ("?q=nobody", False), ("?kind=nonsense", True), ("?after=x", True), ("?q=%00", True),
    ):  # fmt: skip
        found = page(stage, "auditor", f"/audit/lookups/{address}")
        assert (f'href="/requests/{request.ref}/"' in found) is there, address
    own = page(stage, "requester", "/profile/")
    assert f"{steward.name} · steward · {request.ref}" in own
    assert steward.name not in page(stage, "receiver", "/profile/")


def test_a_look_at_what_an_auditor_may_not_see_is_hidden_from_them(stage: Stage) -> None:
    page(stage, "steward", f"/requests/{stage.requests['queued'].ref}/")
    ref = stage.requests["queued"].ref
    assert ref in page(stage, "auditor", "/audit/lookups/")
    hidden = stage.requests["confidential"].principals
    request = stage.requests["queued"]
    type(request).objects.filter(pk=request.pk).update(confidential=True, principals=hidden)
    assert ref not in page(stage, "auditor", "/audit/lookups/")


def test_the_audit_page(stage: Stage) -> None:
    shown = page(stage, "auditor", "/audit/?since=2031-01-01")
    assert "Nothing in this period" in shown
    request = stage.requests["deciding"]
    row = Decision.objects.get(subject_id=request.pk, state="open")
    decider = stage.accounts["decider"].username
    actor = stage.world.actor(decider)
    deciding.decide(row.pk, outcome="approve", rationale="Fair.", actor=actor)
    row.refresh_from_db()
    here = f'href="/decisions/{row.pk}/record/"'
    name = row.decided_by.name.split()[0]
    today = stage.world.now.date()
    for query, there in (
        ("", True), (f"?type={row.type_key}", True), ("?type=nothing", False),
        (f"?who={name}", True), ("?who=nobody", False),
        (f"?since={today - timedelta(days=400)}", True),
        (f"?until={today}", True), (f"?until={today - timedelta(days=400)}", False),
        (f"?after={row.pk}", False), ("?after=x", True), ("?who=%00", True),
    ):  # fmt: skip
        found = page(stage, "auditor", f"/audit/{query}")
        assert (here in found) is there, query
    found = page(stage, "auditor", "/audit/")
    assert row.right_key in found and row.version.code in found
    assert f"/decisions/{row.pk}/evidence/" in found
    answer = stage.client("auditor").get("/audit/?since=yesterday")
    assert answer.status_code == 400
    assert "Write a day such as 2026-03-31." in answer.content.decode()
    assert 'value="yesterday"' in answer.content.decode()


def test_the_ledger_of_the_day(stage: Stage) -> None:
    assert "not checked yet" in page(stage, "auditor", "/audit/")
    assert check_daily() and not check_daily()
    anchor()
    shown = page(stage, "auditor", "/audit/")
    assert "The ledger is whole: all" in shown
    assert bytes(ChainAnchor.objects.get().digest).hex() in shown
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE events_event SET team = 'x' WHERE chain = %s AND seq = 2",
            [f"request/{stage.requests['deciding'].pk}"],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    faults, _count = check_ledger()
    assert len(faults) == 1
    assert "1 row of the ledger is not what was written." in page(stage, "auditor", "/audit/")
    assert LedgerCheck.objects.count() == 2
