"""Opening the months of the ledger."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from esm.common import clock
from esm.events.partitions import month_of, months_around

# Months whose partition is known to be committed, by database: a look-up saved per record.
_known: dict[str, set[date]] = {}


def ensure_partitions(
    months_ahead: int = 3, *, back: int = 0, buckets: Iterable[date] = ()
) -> list[date]:
    """Create missing partitions around now and for the given buckets; returns those created."""
    wanted = set(months_around(clock.now().date(), back=back, ahead=months_ahead))
    wanted.update(month_of(bucket) for bucket in buckets)
    with connection.cursor() as cursor:
        return [month for month in sorted(wanted) if _create(cursor, month)]


def open_bucket(bucket: date) -> None:
    """Make sure that the partition of this month exists; free once it is known."""
    known = _known.setdefault(_database(), set())
    if bucket in known:
        return
    with connection.cursor() as cursor:
        if not known:
            cursor.execute(
                "SELECT to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') FROM pg_inherits"
                " WHERE inhparent = 'events_event'::regclass"
                " AND inhrelid::regclass::text ~ '[0-9]{4}_[0-9]{2}$'"
            )
            known.update(month for (month,) in cursor.fetchall())
        if bucket not in known:
            _create(cursor, bucket)
            # Not before the commit: a rollback takes the new partition away again.
            transaction.on_commit(lambda: known.add(bucket), robust=True)


def _create(cursor: object, month: date) -> bool:
    cursor.execute("SELECT events_ensure_partition(%s)", [month])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _database() -> str:
    return str(connection.settings_dict["NAME"])
