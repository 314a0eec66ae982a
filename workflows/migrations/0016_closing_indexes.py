from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("workflows", "0015_following_and_closing"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="request",
            index=models.Index(
                condition=models.Q(("state", "fulfilled")),
                fields=["closes_at", "id"],
                name="request_closes",
            ),
        ),
        AddIndexConcurrently(
            model_name="request",
            index=models.Index(
                condition=models.Q(("fulfilled_at__isnull", False)),
                fields=["offering", "fulfilled_at"],
                name="request_fulfilled",
            ),
        ),
    ]
