"""The real role of the application cannot change the ledger; one altered row is named."""

import random

import psycopg2
import pytest
from django.conf import settings

from esm.embedded.folder import APP_ROLE, OWNER_ROLE
from tests.faults.running import Runs

pytestmark = pytest.mark.process
CHANGES = {
    "UPDATE": "UPDATE {table} SET {column} = {column}",
    "DELETE": "DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table}",
}
COLUMNS = {"events_event": "actor", "events_eventprivate": "bucket", "events_chainanchor": "chains"}

PARTITIONS = """
    SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events_event'::regclass
"""
OWNERS = ("ALTER TABLE events_event DISABLE TRIGGER USER", "DROP TABLE events_event")


def test_the_application_cannot_change_the_ledger(runs: Runs) -> None:
    assert set(settings.LEDGER_TABLES) == set(COLUMNS)
    connection = runs.installation.connect(APP_ROLE)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            ["events_event"],
        )
        tables = COLUMNS | {name: "actor" for (name,) in cursor.fetchall()}
        assert len(tables) > len(COLUMNS)
        for table, column in tables.items():
            for change in CHANGES.values():
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(change.format(table=table, column=column))
        for statement in (
            "ALTER TABLE events_event DISABLE TRIGGER USER",
            "DROP TABLE events_event",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    connection.close()


@pytest.mark.slow
def test_one_altered_row_among_ten_thousand_is_named(runs: Runs) -> None:
    """Altered by the owner with triggers off; put right again afterwards."""
    runs.grow(10_000)
    owner = runs.installation.connect(OWNER_ROLE)
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("SELECT id, chain, seq, actor FROM events_event ORDER BY id")
        event_id, chain, seq, actor = random.Random(7).choice(cursor.fetchall())
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
        change = "UPDATE events_event SET actor = %s WHERE id = %s"
        cursor.execute(change, ["P-0", event_id])
        try:
            said = runs.installation.manage("ledger", "verify", code=1)
        finally:
            cursor.execute(change, [actor, event_id])
            cursor.execute("ALTER TABLE events_event ENABLE TRIGGER USER")
    owner.close()
    (line,) = said.splitlines()
    assert line.startswith(f"altered {chain} {seq} {event_id} ")
    runs.check()
    runs.installation.manage("check_invariants")
