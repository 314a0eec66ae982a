"""Up to which event of the ledger nothing can appear any more.

Ids come from one sequence, so transactions commit them out of order: whoever reads «all after the
last id seen» loses what commits late. Here is what makes it safe. An event is recorded under the
lock of its chain's parent, so its transaction has its number (xid) before its event has an id. Take
the last id given out, *then* a new xid: every transaction that holds an id up to that one has a
smaller xid. Once the oldest transaction at work in this database is not older than that xid, all
those ids are committed or gone for ever. A transaction holds a lock on its xid from before it asks
for an id until after others see what it did; those locks tell who is at work. (The server's own
snapshots count all of its databases: a long transaction in another one would hold this one up.)

The pair is kept in a row, because the oldest transaction is known only later. Ids only grow, also
over a restore from a backup; rows of another cluster, whose xids lie ahead, are dropped.
"""

from django.db import connection, transaction

MOST_ROWS = 500
# How far the oldest transaction at work is behind a given xid. Locks name xids in 32 bits: what
# would be more than half of them behind came later, and has no id that counts.
BEHIND = """
SELECT coalesce(max(behind) FILTER (WHERE behind < 2147483648), 0) FROM (
SELECT (%s - l.transactionid::text::bigint) & 4294967295 AS behind
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND (a.datname IS NULL OR a.datname = current_database())) AS at_work
"""


def last_given() -> int:
    """The last id that was given out, committed or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_event_id_seq"
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def settled() -> int:
    """The highest id up to which every event is committed or will never be.

    Call it outside any transaction: one that has written already would take its own, older number
    for the newest.
    """
    given = last_given()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (newest,) = cursor.fetchone()
        # A statement of its own, so that it looks at the transactions of now.
        cursor.execute(BEHIND, [newest])
        oldest = newest - cursor.fetchone()[0]
        if oldest >= newest:
            cursor.execute(
                "DELETE FROM events_feedhorizon WHERE upto IN (SELECT upto FROM"
                " events_feedhorizon WHERE upto <= %s FOR UPDATE SKIP LOCKED)",
                [given],
            )
            return given
        cursor.execute(
            "INSERT INTO events_feedhorizon (upto, xid) SELECT %s, %s"
            " WHERE (SELECT count(*) FROM events_feedhorizon) < %s ON CONFLICT DO NOTHING",
            [given, newest, MOST_ROWS],
        )
        cursor.execute(
            "SELECT coalesce(max(upto), 0) FROM events_feedhorizon WHERE xid <= %s", [oldest]
        )
        (upto,) = cursor.fetchone()
        cursor.execute(
            "DELETE FROM events_feedhorizon WHERE upto IN (SELECT upto FROM events_feedhorizon"
            " WHERE upto < %s OR xid > %s FOR UPDATE SKIP LOCKED)",
            [upto, newest],
        )
    return int(upto)
