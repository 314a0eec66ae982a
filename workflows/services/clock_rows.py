"""Rows of clocks go out set-based: one statement for all that start and all that change."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from workflows.models import Clock
from workflows.models.requests import FAR
from workflows.selectors import calendars

# What the sweep changes.
FIRED = ("next_kind", "next_due", "warned", "rungs", "breached_at", "detected_at")
_COLUMNS = (
    *FIRED, "state", "elapsed_s", "running_since", "still_since", "counted_by", "spans",
    "target_s", "calendar_key", "generation", "due_at", "risk_at", "met", "pause_reason",
    "pause_party", "ended_at", "agreed_s",
)  # fmt: skip
_INSERTED = (
    "request_id", "seq", "visit_id", "handoff_id", "decision_seq", "metric", *_COLUMNS,
)  # fmt: skip


_FIELDS = {f.attname: f for f in Clock._meta.concrete_fields}
# Numbers, texts and moments go out as they are.
_PREPARED = frozenset(
    name for name, f in _FIELDS.items() if isinstance(f, models.JSONField | ArrayField)
)


@cache
def _types(names: tuple[str, ...]) -> list[str]:
    return [str(_FIELDS[name].db_type(connection)).replace("bigserial", "bigint") for name in names]


@cache
def _row_of(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"%s::{kind}" for kind in _types(names)) + ")"


def _values(rows: Sequence[Clock], names: tuple[str, ...], params: list[Any]) -> str:
    """A VALUES list of typed parameters."""
    for row in rows:
        for name in names:
            value = getattr(row, name)
            if name in _PREPARED:
                value = _FIELDS[name].get_db_prep_save(value, connection)
            params.append(value)
    return ", ".join([_row_of(names)] * len(rows))


# The clock of ours that must end next decides where a visit stands in its queue, as in
# ``selectors.clock_views.ours``. Rows of this statement are read from what it returns: a statement
# does not see its own writes.
_QUEUE = """
    fresh AS ({fresh}),
    live AS (
        SELECT * FROM fresh
        UNION ALL
        SELECT c.id, c.visit_id, c.seq, c.metric, c.state, c.due_at, c.risk_at
        FROM workflows_clock c
        WHERE c.visit_id IN (SELECT visit_id FROM fresh) AND c.id NOT IN (SELECT id FROM fresh)
    ),
    ours AS (
        SELECT DISTINCT ON (visit_id) visit_id, state, due_at, risk_at
        FROM live
        WHERE state IN ('running', 'paused') AND metric NOT IN ('promise', 'wait')
        ORDER BY visit_id,
            array_position(ARRAY['decision', 'complete', 'stage'], metric::text) NULLS FIRST, seq
    ),
    place AS (
        SELECT f.visit_id,
            coalesce(CASE WHEN o.state = 'running' THEN o.due_at END, %s) AS queue_due,
            coalesce(CASE WHEN o.state = 'running' THEN o.risk_at END, %s) AS queue_risk
        FROM (SELECT DISTINCT visit_id FROM fresh WHERE visit_id IS NOT NULL) f
        LEFT JOIN ours o USING (visit_id)
    )
    UPDATE workflows_stagevisit v SET queue_due = p.queue_due, queue_risk = p.queue_risk
    FROM place p
    WHERE v.id = p.visit_id
        AND (v.queue_due, v.queue_risk) IS DISTINCT FROM (p.queue_due, p.queue_risk)
"""
# The moment promised moves with the clock of the promise; while that stands still there is none.
_PROMISED = """
p AS (UPDATE workflows_request r SET promised_at = v.at
    FROM (VALUES {values}) AS v(id, at) WHERE r.id = v.id AND r.promised_at IS DISTINCT FROM v.at)
"""
_RETURNED = ("id", "visit_id", "seq", "metric", "state", "due_at", "risk_at")


def promised(rows: Sequence[Clock]) -> dict[int, datetime | None]:
    """By request, the moment its promise ends by now, as far as these clocks change it."""
    return {
        row.request_id: None if row.state == Clock.State.PAUSED else row.due_at
        for row in rows
        if row.metric == Clock.Metric.PROMISE and row.state != Clock.State.CANCELLED
    }


def write_rows(
    started: Sequence[Clock], changed: Sequence[Clock], columns: tuple[str, ...] = _COLUMNS
) -> None:
    """Insert new clocks and update changed ones, and where their visits stand, by one statement.

    With the content of the calendars by which they count, where it is not kept yet, and with what
    is promised by now.
    """
    parts: list[str] = []
    params: list[Any] = []
    fresh: list[str] = []
    if changed:
        assigned = ", ".join(f"{name} = v.{name}" for name in columns)
        names = ("id", *columns)
        parts.append(
            f"u AS (UPDATE workflows_clock c SET {assigned} FROM"
            f" (VALUES {_values(changed, names, params)}) AS v({', '.join(names)})"
            f" WHERE c.id = v.id RETURNING {', '.join('c.' + name for name in _RETURNED)})"
        )
        fresh.append("SELECT * FROM u")
    if started:
        parts.append(
            f"i AS (INSERT INTO workflows_clock ({', '.join(_INSERTED)})"
            f" VALUES {_values(started, _INSERTED, params)} RETURNING {', '.join(_RETURNED)})"
        )
        fresh.append("SELECT * FROM i")
    if not parts:
        return
    begun = [*started, *(changed if "counted_by" in columns else ())]
    kept = calendars.to_keep(row.counted_by for row in begun if row.ended_at is None)
    if kept:
        parts.append(
            "k AS (INSERT INTO workflows_calendarcontent (content_hash, content)"
            f" VALUES {', '.join(['(%s, %s::jsonb)'] * len(kept))} ON CONFLICT DO NOTHING)"
        )
        params += [value for pair in kept for value in pair]
    stood = [row for row in started if row.state == Clock.State.PAUSED]
    moments = promised([*stood, *changed]) if "due_at" in columns else {}
    if moments:
        values = ", ".join(["(%s::bigint, %s::timestamptz)"] * len(moments))
        parts.append(_PROMISED.format(values=values))
        params += [value for pair in moments.items() for value in pair]
    place = _QUEUE.replace("{fresh}", " UNION ALL ".join(fresh))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)}, {place}", [*params, FAR, FAR])


_FIRED_SQL = """
UPDATE workflows_clock c SET {sets}
FROM json_to_recordset(%s::json) AS v(id bigint, {columns}) WHERE c.id = v.id
"""


def write_fired(rows: Sequence[Clock]) -> None:
    """Write clocks of which thresholds fired: where their visits stand does not move with it."""
    values = [{"id": row.pk} | {name: getattr(row, name) for name in FIRED} for row in rows]
    columns = zip(FIRED, _types(FIRED), strict=True)
    sql = _FIRED_SQL.format(
        sets=", ".join(f"{name} = v.{name}" for name in FIRED),
        columns=", ".join(f"{name} {kind}" for name, kind in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(values, default=datetime.isoformat)])
