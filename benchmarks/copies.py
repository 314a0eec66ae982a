"""Turns the plan into rows: for every table of a request one INSERT … SELECT from its pattern.

A copy's ids are those of its number in the plan, so that keys between the tables need no look-up.
Moments are moved by the copy's shift. Indexes are made after the rows, and no
foreign key is checked.
"""

import time
from collections.abc import Mapping

from django.db import connection

# Room for the ids of one request's rows in each table.
ROOM = 32
BASE = 1_000_000
KEY = f"({BASE} + p.n)"
FAR = "'3000-01-01'"


def _child(alias: str) -> str:
    """The id of the copy of a row that counts within its request."""
    return f"({BASE} + p.n::bigint) * {ROOM} + {alias}.seq"


REQUEST = {
    "id": KEY,
    "number": KEY,
    "requester_id": "p.requester",
    "requester_department_id": "p.department",
    "title": "initcap(left(p.title, 1)) || substr(p.title, 2)",
    "data": "jsonb_set(t.data, '{what}', to_jsonb(p.title))",
    "principals": "array_replace(t.principals, (t.requester_id * 4 + 2)::int,"
    " (p.requester * 4 + 2)::int)",
}
VISIT = {"id": _child("t"), "request_id": KEY}
HANDOFF = {
    "id": _child("t"),
    "request_id": KEY,
    "from_visit_id": _child("f"),
    "to_visit_id": _child("v"),
}
CLOCK = {
    "id": _child("t"),
    "request_id": KEY,
    "visit_id": f"CASE WHEN v.id IS NULL THEN NULL ELSE {_child('v')} END",
    "handoff_id": f"CASE WHEN h.id IS NULL THEN NULL ELSE {_child('h')} END",
    "spans": "(SELECT coalesce(jsonb_agg(s || jsonb_build_object("
    "'start', (s->>'start')::timestamptz + p.shift, 'end', (s->>'end')::timestamptz + p.shift)"
    " ORDER BY n), '[]') FROM jsonb_array_elements(t.spans) WITH ORDINALITY AS v(s, n))",
}
COMMENT = {"id": _child("t"), "request_id": KEY}
TASK = {
    "id": f"({BASE} + p.n::bigint) * {ROOM} + v.seq",
    "visit_id": _child("v"),
}
TEXT = {
    "request_id": KEY,
    "principals": "r.principals",
    "plain": "p.title",
    "body": "replace(t.body, 'A pattern', p.title)",
    "words": "setweight(to_tsvector('simple', p.title || ' ' || " + KEY + "), 'A')"
    " || to_tsvector('simple', replace(t.body, 'A pattern', p.title))",
}
EVENT = {"id": f"({BASE} + p.n::bigint) * {ROOM} + t.seq", "chain": f"'request/' || {KEY}"}
PRIVATE = {"event_id": f"({BASE} + p.n::bigint) * {ROOM} + e.seq"}
NOTICE = {
    "id": f"{BASE} * 3 + p.n",
    "person_id": "p.requester",
    "user_id": "NULL",
    "subject": f"'request/' || {KEY}",
    "dedupe_key": "'copy-' || p.n",
    "title": "p.title",
    "url": f"'/requests/R-' || {KEY} || '/'",
    "read_at": "CASE WHEN p.n % 20 = 0 THEN NULL ELSE t.created_at + p.shift END",
    "latest": "true",
    "shown": "true",
    "digest_id": "NULL",
    "bundle_at": "NULL",
    "batch": "gen_random_uuid()",
}
_FROM = "FROM {table} t JOIN bench_plan p ON p.pattern = t.request_id"
_LATEST = " WHERE p.n >= {since}"
TABLES: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("workflows_request", REQUEST, "FROM {table} t JOIN bench_plan p ON p.pattern = t.id"),
    ("workflows_stagevisit", VISIT, _FROM),
    (
        "workflows_handoff",
        HANDOFF,
        _FROM + " JOIN workflows_stagevisit f ON f.id = t.from_visit_id"
        " JOIN workflows_stagevisit v ON v.id = t.to_visit_id",
    ),
    (
        "workflows_clock",
        CLOCK,
        _FROM + " LEFT JOIN workflows_stagevisit v ON v.id = t.visit_id"
        " LEFT JOIN workflows_handoff h ON h.id = t.handoff_id",
    ),
    ("workflows_comment", COMMENT, _FROM),
    (
        "workflows_task",
        TASK,
        "FROM {table} t JOIN workflows_stagevisit v ON v.id = t.visit_id"
        " JOIN bench_plan p ON p.pattern = v.request_id",
    ),
    ("workflows_requesttext", TEXT, _FROM + f" JOIN workflows_request r ON r.id = {KEY}"),
    (
        "events_event",
        EVENT,
        "FROM {table} t JOIN bench_plan p ON t.chain = 'request/' || p.pattern" + _LATEST,
    ),
    (
        "events_eventprivate",
        PRIVATE,
        "FROM {table} t JOIN events_event e ON e.id = t.event_id"
        " JOIN bench_plan p ON e.chain = 'request/' || p.pattern" + _LATEST,
    ),
    (
        "notices_notice",
        NOTICE,
        "FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) t CROSS JOIN bench_plan p" + _LATEST,
    ),
)


def expand(since: int) -> dict[str, tuple[int, float]]:
    """Rows and seconds of each table; events and notices only of copies from ``since`` on."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
        for table, changed, joined in TABLES:
            started = time.monotonic()
            indexes = _drop_indexes(cursor, table)
            names, values = _columns(cursor, table, changed)
            where = joined.format(table=table, since=since)
            order = " ORDER BY p.n" if table == "workflows_request" else ""
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} {where}{order}")
            rows = cursor.rowcount
            for definition in indexes:
                cursor.execute(definition)
            found[table] = (rows, time.monotonic() - started)
        cursor.execute("SET session_replication_role = origin; RESET work_mem")
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("DROP TABLE bench_plan")
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return found


def _columns(cursor: object, table: str, changed: Mapping[str, str]) -> tuple[str, str]:
    """Names of the columns, and the expression of each in a copy."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = 'public' ORDER BY ordinal_position",
        [table],
    )
    names, values = [], []
    for name, kind in cursor.fetchall():  # type: ignore[attr-defined]
        value = f't."{name}"'
        if name in changed:
            value = changed[name]
        elif kind == "timestamp with time zone":
            value = f"CASE WHEN {value} < {FAR} THEN {value} + p.shift ELSE {value} END"
        names.append(f'"{name}"')
        values.append(value)
    return ", ".join(names), ", ".join(values)


def _drop_indexes(cursor: object, table: str) -> list[str]:
    """Take away what no constraint needs; the statements that make it again."""
    if table.startswith("events_"):
        return []
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND schemaname = 'public'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [table],
    )
    found = cursor.fetchall()  # type: ignore[attr-defined]
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')  # type: ignore[attr-defined]
    return [definition for _, definition in found]
