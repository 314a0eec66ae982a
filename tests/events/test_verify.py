"""A ledger that was tampered with says where."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from esm.common.errors import InvalidState, NotFound
from esm.events.models import ChainAnchor, Event, EventPrivate
from esm.events.sealing import SEALED, row_hash
from esm.events.services.anchors import anchor, write_log
from esm.events.services.erasure import erase_private
from esm.events.services.ledger import record
from esm.events.services.verify import Fault, verify
from governance.models import ModelVersion
from tests.events.conftest import ACTOR, Happened, happen, lock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


@contextmanager
def tampering() -> Iterator[Any]:
    """What somebody with the keys to the database can do: triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")


def places(faults: list[Fault]) -> list[tuple[str, str, int, int | None]]:
    return [(fault.kind, fault.chain, fault.seq, fault.event_id) for fault in faults]


def rehash(event_id: int) -> bytes:
    """Give a row the hash that fits what it says now."""
    event = Event.objects.get(pk=event_id)
    row = {name: getattr(event, name) for name in SEALED}
    fitting = row_hash(bytes(event.prev_hash), row)
    with tampering() as cursor:
        cursor.execute("UPDATE events_event SET hash = %s WHERE id = %s", [fitting, event_id])
    return fitting


def test_an_untouched_ledger_is_whole(make_parent: Callable[[], ModelVersion]) -> None:
    for _ in range(3):
        happen(make_parent(), 1, 2, 3, text="words")
    anchor()
    assert verify() == []


@pytest.mark.slow
def test_one_altered_row_among_ten_thousand_is_named(
    make_parent: Callable[[], ModelVersion],
) -> None:
    ids = []
    for start in range(0, 10_000, 1000):
        parent = make_parent()
        for first in range(start, start + 1000, 250):
            ids += happen(parent, *range(first, first + 250))
    assert Event.objects.count() == 10_000
    victim = Event.objects.get(pk=ids[6789])
    with tampering() as cursor:
        cursor.execute(
            "UPDATE events_event SET data = jsonb_set(data, '{number}', '1') WHERE id = %s",
            [victim.pk],
        )
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", "verify", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    (line,) = out.getvalue().splitlines()
    assert line.startswith(f"altered {victim.chain} {victim.seq} {victim.pk} Row 790 of")


@pytest.mark.parametrize(
    "change",
    [
        "occurred_at = occurred_at + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 day'",
        "actor = 'P-8'",
        "on_behalf_of = 'P-8'",
        "type = 'probe.ignored'",
        "version = 5",
        "department = ''",
        "subject = 'R-1'",
        "private_hash = decode(repeat('00', 32), 'hex')",
    ],
)
def test_every_column_is_sealed(parent: ModelVersion, change: str) -> None:
    ids = happen(parent, 1, 2, 3)
    with tampering() as cursor:
        cursor.execute(f"UPDATE events_event SET {change} WHERE id = %s", [ids[1]])
    faults = [fault for fault in verify() if fault.kind == "altered"]
    assert places(faults) == [("altered", parent.chain, 2, ids[1])]


def test_a_row_altered_with_its_hash_is_named(parent: ModelVersion) -> None:
    ids = happen(parent, 1, 2, 3)
    with tampering() as cursor:
        cursor.execute("UPDATE events_event SET actor = 'P-8' WHERE id = %s", [ids[1]])
    rehash(ids[1])
    assert places(verify()) == [("altered", parent.chain, 2, ids[1])]


def test_the_last_row_altered_with_its_hash_and_head_is_known_by_the_anchor(
    parent: ModelVersion,
) -> None:
    ids = happen(parent, 1, 2, 3)
    anchor()
    with tampering() as cursor:
        cursor.execute("UPDATE events_event SET actor = 'P-8' WHERE id = %s", [ids[2]])
    fitting = rehash(ids[2])
    assert places(verify()) == [("altered", parent.chain, 3, ids[2])]
    ModelVersion.objects.filter(pk=parent.pk).update(chain_hash=fitting)
    (fault,) = verify()
    assert (fault.kind, fault.event_id) == ("altered", ids[2])
    assert "anchor" in fault.sentence


def test_a_missing_row_is_named(parent: ModelVersion) -> None:
    ids = happen(parent, 1, 2, 3, 4)
    with tampering() as cursor:
        cursor.execute("DELETE FROM events_event WHERE id = ANY(%s)", [ids[1:3]])
    assert places(verify()) == [
        ("missing", parent.chain, 2, None),
        ("missing", parent.chain, 3, None),
    ]


def test_cut_off_rows_are_named(parent: ModelVersion) -> None:
    ids = happen(parent, 1, 2, 3, 4)
    with tampering() as cursor:
        cursor.execute("DELETE FROM events_event WHERE id = ANY(%s)", [ids[2:]])
    assert places(verify()) == [
        ("cut_off", parent.chain, 3, None),
        ("cut_off", parent.chain, 4, None),
    ]


def test_a_whole_chain_cut_off_is_named(make_parent: Callable[[], ModelVersion]) -> None:
    kept, gone = make_parent(), make_parent()
    happen(kept, 1)
    happen(gone, 1)
    with tampering() as cursor:
        cursor.execute("DELETE FROM events_event WHERE chain = %s", [gone.chain])
    assert places(verify()) == [("cut_off", gone.chain, 1, None)]


def test_a_cut_that_turns_back_the_head_is_known_by_the_anchor(parent: ModelVersion) -> None:
    ids = happen(parent, 1, 2)
    middle = bytes(Event.objects.get(pk=ids[0]).hash)
    anchor()
    with tampering() as cursor:
        cursor.execute("DELETE FROM events_event WHERE id = %s", [ids[1]])
    ModelVersion.objects.filter(pk=parent.pk).update(chain_seq=1, chain_hash=middle)
    assert places(verify()) == [("cut_off", parent.chain, 2, None)]


def test_altered_and_lost_private_content_is_named(parent: ModelVersion) -> None:
    first, second, _third = happen(parent, 1, 2, 3, text="words")
    with tampering() as cursor:
        cursor.execute(
            "UPDATE events_eventprivate SET content = %s WHERE event_id = %s",
            [json.dumps({"text": "other words"}), first],
        )
        cursor.execute("DELETE FROM events_eventprivate WHERE event_id = %s", [second])
    assert places(verify()) == [
        ("private_altered", parent.chain, 1, first),
        ("private_altered", parent.chain, 2, second),
    ]


def test_erased_content_leaves_the_chain_valid(parent: ModelVersion) -> None:
    (event_id,) = happen(parent, 1, text="Ann said so")
    with transaction.atomic():
        erase_private(lock(parent.pk), 1, actor=ACTOR)
    side = EventPrivate.objects.get(pk=event_id)
    assert (side.content, side.salt) == (None, None)
    assert verify() == []
    with transaction.atomic():
        with pytest.raises(InvalidState):
            erase_private(lock(parent.pk), 1, actor=ACTOR)
        with pytest.raises(NotFound):
            erase_private(lock(parent.pk), 9, actor=ACTOR)


def test_erasure_that_nobody_answers_for_is_named(parent: ModelVersion) -> None:
    (event_id,) = happen(parent, 1, text="Ann said so")
    EventPrivate.objects.filter(pk=event_id).update(
        salt=None, content=None, erased_at="2026-01-01T00:00:00Z"
    )
    assert places(verify()) == [("private_altered", parent.chain, 1, event_id)]


def test_only_the_chains_asked_for_are_read(make_parent: Callable[[], ModelVersion]) -> None:
    one, two = make_parent(), make_parent()
    ids = [*happen(one, 1), *happen(two, 1)]
    with tampering() as cursor:
        cursor.execute("UPDATE events_event SET actor = 'P-8' WHERE id = ANY(%s)", [ids])
    assert places(verify([two.chain])) == [("altered", two.chain, 1, ids[1])]


def test_a_wild_number_is_reported_in_a_bounded_way(parent: ModelVersion) -> None:
    happen(parent, 1)
    ModelVersion.objects.filter(pk=parent.pk).update(chain_seq=2_000_000_000)
    assert len(verify()) == 101


def test_anchors_seal_only_what_grew_and_hang_together(
    make_parent: Callable[[], ModelVersion],
) -> None:
    one = make_parent()
    happen(one, 1)
    first = anchor()
    happen(one, 2)
    second = anchor()
    assert (first.chains, second.chains) == (1, 1)
    assert bytes(second.prev_digest) == bytes(first.digest)
    assert second.heads[one.chain][1] == 2


def test_an_anchor_taken_away_is_known_by_its_log(parent: ModelVersion, data_folder: Path) -> None:
    happen(parent, 1)
    first, second = anchor(), anchor()
    assert write_log() == 2
    assert write_log() == 0
    lines = (data_folder / "anchors.log").read_text().splitlines()
    assert [line.split()[1] for line in lines] == [str(first.pk), str(second.pk)]
    assert verify() == []
    with tampering() as cursor:
        cursor.execute("DELETE FROM events_chainanchor WHERE id = %s", [second.pk])
    assert places(verify()) == [("cut_off", "anchor", second.pk, None)]


def test_an_altered_anchor_is_named(parent: ModelVersion) -> None:
    happen(parent, 1)
    row = anchor()
    with tampering() as cursor:
        cursor.execute("UPDATE events_chainanchor SET heads = '{}' WHERE id = %s", [row.pk])
    assert places(verify()) == [("altered", "anchor", row.pk, None)]
    assert ChainAnchor.objects.count() == 1


def test_private_content_added_later_is_named(parent: ModelVersion) -> None:
    with transaction.atomic():
        (event_id,) = record(lock(parent.pk), [Happened(number=1)], actor=ACTOR)
    EventPrivate.objects.create(
        event_id=event_id, bucket=parent.chain_bucket, salt=b"x" * 16, content={"text": "new"}
    )
    assert places(verify()) == [("private_altered", parent.chain, 1, event_id)]
