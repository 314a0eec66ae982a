"""What open requests promise by now: moments were not moved when a promise had stood still."""

from django.db import migrations

FOLLOW = """
UPDATE workflows_request r
SET promised_at = CASE WHEN c.state = 'paused' THEN NULL ELSE c.due_at END
FROM workflows_clock c
WHERE c.request_id = r.id AND c.metric = 'promise' AND c.state IN ('running', 'paused')
  AND r.promised_at IS DISTINCT FROM CASE WHEN c.state = 'paused' THEN NULL ELSE c.due_at END
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0029_clock_tables")]

    operations = [migrations.RunSQL(FOLLOW, migrations.RunSQL.noop)]
