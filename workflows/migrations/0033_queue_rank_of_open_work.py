"""The rank of open work: what its priority makes of the promise, else of other targets."""

from django.db import migrations

FILL = """
WITH said AS (
    SELECT e.version_id, p->>'priority' AS priority, (p->>'percent')::int AS percent,
        e.content->>'metric' AS metric
    FROM governance_modelelement e, jsonb_array_elements(e.content->'priorities') AS p
    WHERE e.kind = 'ClockPolicy'
), ranked AS (
    SELECT version_id, priority,
        coalesce(min(percent) FILTER (WHERE metric = 'promise'), min(percent)) AS percent
    FROM said GROUP BY version_id, priority
)
UPDATE workflows_stagevisit v SET queue_rank = s.percent
FROM workflows_request r JOIN ranked s ON s.version_id = r.version_id AND s.priority = r.priority
WHERE v.request_id = r.id AND r.is_open AND v.state IN
    ('offered', 'queued', 'active', 'blocked', 'deciding') AND v.queue_rank <> s.percent
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0032_queue_rank"),
        ("governance", "0006_programs_kept"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
