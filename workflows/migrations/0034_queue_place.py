"""The order of a queue takes the priority into account; its index in place of the one before."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

LIVE = models.Q(state__in=["offered", "queued", "active", "blocked", "deciding"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workflows", "0033_queue_rank_of_open_work")]

    operations = [
        AddIndexConcurrently(
            model_name="stagevisit",
            index=models.Index(
                condition=LIVE,
                fields=["team", "asleep", "queue_due", "queue_rank", "id"],
                name="visit_queue_place",
            ),
        ),
        RemoveIndexConcurrently(model_name="stagevisit", name="visit_queue_order"),
    ]
