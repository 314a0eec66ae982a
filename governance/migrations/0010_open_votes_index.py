from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("governance", "0009_votes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("state", "open"), models.Q(("rule", "single"), _negated=True)),
                fields=["seated_at"],
                name="decision_open_several",
            ),
        ),
    ]
