"""Spans of before become spans that ran; what had elapsed is shared among them by their length.

By which calendar each was counted is not known, so ``counted_by`` stays empty.
"""

from django.db import migrations

FORTH = """
    WITH parts AS (
        SELECT c.id, c.state, c.elapsed_s, c.target_s, c.calendar_key, n,
            date_trunc('second', lower(r)) AS since, date_trunc('second', upper(r)) AS until
        FROM workflows_clock c, unnest(c.spans_before) WITH ORDINALITY AS t(r, n)
    ),
    summed AS (
        SELECT *,
            sum(extract(epoch FROM until - since)) OVER (PARTITION BY id) AS total,
            sum(extract(epoch FROM until - since)) OVER (PARTITION BY id ORDER BY n) AS upto
        FROM parts WHERE until > since
    ),
    counted AS (
        SELECT *, floor(elapsed_s * upto / total)::int
            - floor(elapsed_s * (upto - extract(epoch FROM until - since)) / total)::int AS seconds
        FROM summed
    ),
    made AS (
        SELECT id, max(until) AS last, jsonb_agg(jsonb_build_object(
            'kind', 'run',
            'start', to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
            'end', to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
            'seconds', seconds, 'target_s', target_s, 'calendar', calendar_key,
            'counted_by', '', 'generation', 1, 'why', '', 'party', ''
        ) ORDER BY n) AS spans
        FROM counted GROUP BY id
    )
    UPDATE workflows_clock c
    SET spans = made.spans, still_since = CASE WHEN c.state = 'paused' THEN made.last END
    FROM made WHERE made.id = c.id
"""
BACK = """
    UPDATE workflows_clock c SET spans_before = coalesce((
        SELECT array_agg(tstzrange((one ->> 'start')::timestamptz, (one ->> 'end')::timestamptz)
            ORDER BY n)
        FROM jsonb_array_elements(c.spans) WITH ORDINALITY AS t(one, n)
        WHERE one ->> 'kind' = 'run'
    ), '{}')
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0023_clock_spans")]

    operations = [migrations.RunSQL(FORTH, BACK)]
