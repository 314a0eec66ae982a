"""Clocks that are armed, as rows; when they are to fire, and what the ledger says of it.

Patterns are requests worked by the services of the product; copies come in by one
INSERT … SELECT per table, as in ``copies.py``, without the events of their past: a copy's chain
goes on from its pattern's head.
"""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import copies, organisation
from catalog.models import Offering
from esm.events.actors import SYSTEM
from esm.events.sealing import row_hash
from esm.events.services import dispatch
from governance.models import Person
from governance.selectors import people
from governance.services import drafting
from governance.services.people_file import apply_people
from workflows.services import requests

PATTERNS = 8
FAR = "now() + interval '300 days'"
CHECKED = 2000

TABLES = ("workflows_request", "workflows_stagevisit", "workflows_clock")
CHANGED = {
    "workflows_request": {**copies.REQUEST, "requester_id": "t.requester_id"}
    | {"requester_department_id": "t.requester_department_id", "title": "t.title"}
    | {"data": "t.data", "principals": "t.principals"},
    "workflows_stagevisit": copies.VISIT,
    "workflows_clock": {**copies.CLOCK, "next_due": FAR, "due_at": FAR, "risk_at": FAR},
}
JOINED = {
    "workflows_request": "FROM {table} t JOIN bench_plan p ON p.pattern = t.id",
    "workflows_stagevisit": copies._FROM,
    "workflows_clock": copies._FROM + " LEFT JOIN workflows_stagevisit v ON v.id = t.visit_id"
    " LEFT JOIN workflows_handoff h ON h.id = t.handoff_id",
}


def build(place: Path, clocks: int) -> None:
    """An organisation, patterns, and copies of them until there are so many armed clocks."""
    folder = place / "organisation"
    organisation.write(folder)
    drafting.apply_files(folder / "model", actor=SYSTEM, publish=True)
    apply_people(folder / "people.yaml", actor=SYSTEM, week_one=datetime.now().date())
    asker = Person.objects.get(key="member-7-1")
    answers = {"what": "A pattern", "why": "So that there is something to copy."}
    made = [
        requests.submit(
            offering=offering,
            data=answers,
            requester=asker,
            actor=people.actor_of_person(asker),
            files=[],
        ).pk
        for offering in Offering.objects.order_by("pk")[:PATTERNS]
    ]
    dispatch.drain("outbox")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflows_clock WHERE state = 'running'")
        each = cursor.fetchone()[0] / len(made)
        cursor.execute(
            "CREATE TABLE bench_plan AS SELECT n, (%s::bigint[])[n %% %s + 1] AS pattern,"
            " interval '0' AS shift FROM generate_series(1, %s) AS n",
            [made, len(made), int(clocks / each)],
        )
        cursor.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
        for table in TABLES:
            indexes = copies._drop_indexes(cursor, table)
            names, values = copies._columns(cursor, table, CHANGED[table])
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} {JOINED[table].format(table=table)}"
                + (" ORDER BY p.n" if table == "workflows_request" else "")
            )
            for definition in indexes:
                cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
        # Patterns stay out of it.
        cursor.execute(
            "UPDATE workflows_clock SET next_due = NULL, next_kind = '' WHERE request_id = ANY(%s)",
            [made],
        )
        cursor.execute("TRUNCATE events_dirty")
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def count() -> int:
    """Armed clocks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflows_clock WHERE next_due IS NOT NULL")
        return int(cursor.fetchone()[0])


def arm(number: int, moments: list[datetime]) -> None:
    """Let so many clocks that wait be due at these moments, shared out in turn.

    Promises warn, the others breach.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_due")
        cursor.execute(
            "CREATE TABLE bench_due AS SELECT c.id, c.seq, c.request_id, 'request/' || c.request_id"
            " AS chain, c.metric = 'promise' AS warns, (%s::timestamptz[])["
            " ((row_number() OVER (ORDER BY c.id) - 1) * %s / %s)::int + 1] AS due,"
            " r.chain_seq AS head FROM (SELECT * FROM workflows_clock WHERE next_due > now()"
            " + interval '30 days' ORDER BY id LIMIT %s) c JOIN workflows_request r"
            " ON r.id = c.request_id",
            [moments, len(moments), number, number],
        )
        cursor.execute("CREATE INDEX ON bench_due (chain)")
        cursor.execute(
            "UPDATE workflows_clock c SET next_due = d.due,"
            " due_at = CASE WHEN d.warns THEN c.due_at ELSE d.due END,"
            " next_kind = CASE WHEN d.warns THEN 'warn75' ELSE 'breach' END,"
            " warned = CASE WHEN d.warns THEN '{}' ELSE '{50,75,90}' END::smallint[]"
            " FROM bench_due d WHERE d.id = c.id"
        )
        cursor.execute("VACUUM ANALYZE workflows_clock")
        cursor.execute("ANALYZE bench_due")


def wait_fired(seconds: float) -> None:
    """Wait until none of them is due any more, or for so long."""
    give_up = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < give_up:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM workflows_clock WHERE next_due <"
                " (SELECT max(due) FROM bench_due) + interval '1 day')"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.5)


# A warning may fire at its moment, a breach a second after it: equal to the target is met.
FIRED = """
SELECT d.id, extract(epoch FROM e.recorded_at - d.due) - CASE WHEN d.warns THEN 0 ELSE 1 END
FROM bench_due d JOIN events_event e ON e.chain = d.chain AND e.seq > d.head
    AND (e.data->>'clock')::int = d.seq
    AND e.type = CASE WHEN d.warns THEN 'clock.warned' ELSE 'clock.breached' END
"""


def judge() -> dict[str, Any]:
    """How late they fired, by the ledger; lost, doubled, early; whether the chains are whole."""
    with connection.cursor() as cursor:
        cursor.execute(FIRED)
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*), count(DISTINCT chain) FROM bench_due")
        wanted, chains = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM events_delivery v JOIN events_event e ON e.id = v.event_id"
            " AND e.bucket = v.bucket JOIN bench_due d ON d.chain = e.chain AND e.seq > d.head"
            " AND (e.data->>'clock')::int = d.seq"
        )
        deliveries = cursor.fetchone()[0]
    lags = sorted(float(lag) for _, lag in rows)
    once = {pk for pk, _ in rows}
    return {
        "wanted": wanted,
        "requests": chains,
        "fired": len(once),
        "lost": wanted - len(once),
        "doubled": len(rows) - len(once),
        "early": sum(lag < 0 for lag in lags),
        "p50_s": at(lags, 0.5),
        "p99_s": at(lags, 0.99),
        "max_s": at(lags, 1.0),
        "last_s": at(lags, 1.0),
        "deliveries_waiting": deliveries,
        "chain_faults": chain_faults(),
    }


def at(lags: list[float], share: float) -> float:
    """A quantile of sorted values."""
    return round(lags[min(len(lags) - 1, int(len(lags) * share))], 3) if lags else 0.0


def chain_faults() -> int:
    """Chains with a gap, a fork, or a head that differs; hashes of a sample counted anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT d.chain FROM (SELECT DISTINCT chain, request_id, head"
            " FROM bench_due) d JOIN workflows_request r ON r.id = d.request_id"
            " LEFT JOIN LATERAL (SELECT count(*) AS n, max(e.seq) AS top,"
            " (array_agg(e.hash ORDER BY e.seq DESC))[1] AS hash FROM events_event e"
            " WHERE e.chain = d.chain AND e.seq > d.head) e ON true"
            " WHERE e.top IS DISTINCT FROM d.head + e.n OR r.chain_seq IS DISTINCT FROM e.top"
            " OR r.chain_hash IS DISTINCT FROM e.hash) AS wrong"
        )
        wrong = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT e.* FROM events_event e JOIN bench_due d ON d.chain = e.chain"
            " AND e.seq > d.head ORDER BY e.id DESC LIMIT %s",
            [CHECKED],
        )
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            kept = dict(zip(names, row, strict=True))
            if isinstance(kept["data"], str):
                kept["data"] = json.loads(kept["data"])
            wrong += row_hash(bytes(kept["prev_hash"]), kept) != bytes(kept["hash"])
    return wrong
