from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("events", "0002_webhooks")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("queue", "webhooks"), ("state", "due")),
                fields=["item", "id"],
                name="delivery_webhook",
            ),
        ),
    ]
