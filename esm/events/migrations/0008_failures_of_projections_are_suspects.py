"""What counted the attempts of a projection: suspects do, for every sweep."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0007_kept_answers_know_their_chains"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="dirty",
            name="attempts",
        ),
        migrations.RemoveField(
            model_name="dirty",
            name="error",
        ),
    ]
