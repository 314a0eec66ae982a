"""Fill where live work stands in its queue from its clocks.

``risk_at`` of clocks that run already is three quarters of the way to their end in calendar time;
it becomes exact, in business time, when the clock is armed again.
"""

from django.db import migrations

CLOCKS = """
UPDATE workflows_clock
SET risk_at = running_since + (due_at - running_since)
    * greatest(0, (0.75 * target_s - elapsed_s) / greatest(1, target_s - elapsed_s))
WHERE state = 'running' AND due_at IS NOT NULL
"""
VISITS = """
UPDATE workflows_stagevisit v SET queue_due = o.due_at, queue_risk = coalesce(o.risk_at, o.due_at)
FROM (
    SELECT DISTINCT ON (visit_id) visit_id, state, due_at, risk_at
    FROM workflows_clock
    WHERE state IN ('running', 'paused') AND metric <> 'promise' AND visit_id IS NOT NULL
    ORDER BY visit_id, array_position(ARRAY['decision', 'complete'], metric::text) NULLS FIRST, seq
) o
WHERE o.visit_id = v.id AND o.state = 'running' AND o.due_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0010_queue_order")]

    operations = [
        migrations.RunSQL(CLOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(VISITS, migrations.RunSQL.noop),
    ]
