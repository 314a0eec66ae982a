"""Where a visit stands among those that end at the same moment: by the request's priority."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0031_clocks_of_whole_steps")]

    operations = [
        migrations.AddField(
            model_name="stagevisit",
            name="queue_rank",
            field=models.PositiveSmallIntegerField(db_default=100, default=100),
        ),
    ]
