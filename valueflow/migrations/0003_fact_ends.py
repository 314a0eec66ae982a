from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("valueflow", "0002_rollups"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="factrequest",
            index=models.Index(fields=["ended_at"], name="fact_ended"),
        ),
        AddIndexConcurrently(
            model_name="factrequest",
            index=models.Index(
                condition=models.Q(("promise__in", ("missed", "running", "none"))),
                fields=["promise_due_at"],
                name="fact_due",
            ),
        ),
    ]
