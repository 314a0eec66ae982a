"""An organisation is applied once per process; later worlds take its rows back from memory.

Applying a model and its people costs seconds, copying the rows some milliseconds. The rows are
those that the services wrote, with their ids; the sequences go on where they stood.
"""

import io
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from esm.events.models import Event
from esm.events.services import partitions
from governance.models import ModelVersion, Person

SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
WHERE schemaname = 'public'"""
TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"""


@dataclass
class Snapshot:
    """The rows of all tables that held some, and where the sequences stood."""

    rows: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, int | None] = field(default_factory=dict)
    buckets: list[date] = field(default_factory=list)

    @classmethod
    def take(cls) -> "Snapshot":
        """What the database holds now, as the current transaction sees it."""
        found = cls()
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            for (table,) in cursor.fetchall():
                held = io.StringIO()
                cursor.copy_expert(f"COPY (SELECT * FROM {table}) TO STDOUT", held)
                if held.tell():
                    found.rows[table] = held.getvalue()
            cursor.execute(SEQUENCES)
            found.sequences = dict(cursor.fetchall())
        found.buckets = sorted(set(Event.objects.order_by().values_list("bucket", flat=True)))
        return found

    def put(self, empty: "Snapshot") -> None:
        """Write the rows that ``empty`` did not hold into a database that stands as it did.

        Triggers and keys were satisfied when the rows were written first, so they are not asked.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            for bucket in self.buckets:
                partitions.open_bucket(bucket)
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, rows in self.rows.items():
                if empty.rows.get(table) == rows:
                    continue
                if table in empty.rows:
                    cursor.execute(f"DELETE FROM {table}")
                cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(rows))
            cursor.execute("SET LOCAL session_replication_role = origin")
            for name, value in self.sequences.items():
                if value is None:
                    cursor.execute(f"ALTER SEQUENCE {name} RESTART")
                else:
                    cursor.execute("SELECT setval(%s, %s)", [name, value])


_kept: dict[Hashable, tuple[Snapshot, Snapshot]] = {}


def once(key: Hashable, build: Callable[[], None]) -> None:
    """Build what ``key`` names in an empty database, or put back what was built there before."""
    if ModelVersion.objects.exists() or Person.objects.exists() or Event.objects.exists():
        build()
        return
    key = (connection.settings_dict["NAME"], connection.settings_dict["HOST"], key)
    if key in _kept:
        empty, whole = _kept[key]
        whole.put(empty)
        return
    empty = Snapshot.take()
    build()
    _kept[key] = (empty, Snapshot.take())
