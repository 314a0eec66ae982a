"""Where a visit stands in its queue, and when somebody wants to start it."""

from datetime import UTC, datetime

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FAR = datetime(9999, 1, 1, tzinfo=UTC)
LIVE = models.Q(state__in=["offered", "queued", "active", "blocked", "deciding"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workflows", "0005_words_of_requests")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="risk_at",
            field=models.DateTimeField(
                blank=True, help_text="When three quarters of the target are used.", null=True
            ),
        ),
        migrations.AddField(
            model_name="stagevisit",
            name="queue_due",
            field=models.DateTimeField(default=FAR),
        ),
        migrations.AddField(
            model_name="stagevisit",
            name="queue_risk",
            field=models.DateTimeField(default=FAR),
        ),
        migrations.AddField(
            model_name="stagevisit",
            name="follow_up_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stagevisit",
            name="asleep",
            field=models.BooleanField(default=False),
        ),
        AddIndexConcurrently(
            model_name="stagevisit",
            index=models.Index(
                condition=LIVE,
                fields=["team", "asleep", "queue_due", "id"],
                name="visit_queue_order",
            ),
        ),
        AddIndexConcurrently(
            model_name="stagevisit",
            index=models.Index(
                condition=models.Q(asleep=True),
                fields=["follow_up_at", "id"],
                name="visit_asleep",
            ),
        ),
    ]
