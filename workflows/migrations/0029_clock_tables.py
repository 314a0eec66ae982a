"""Clocks and requests change often: one index less, room in their pages, close vacuum."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0028_webhooks_in"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clock",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clocks",
                to="workflows.request",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE workflows_clock SET (fillfactor = 85,"
            " autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);"
            "ALTER TABLE workflows_request SET (fillfactor = 85,"
            " autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);",
            "ALTER TABLE workflows_clock RESET (fillfactor, autovacuum_vacuum_scale_factor,"
            " autovacuum_vacuum_cost_delay);"
            "ALTER TABLE workflows_request RESET (fillfactor, autovacuum_vacuum_scale_factor,"
            " autovacuum_vacuum_cost_delay);",
        ),
    ]
