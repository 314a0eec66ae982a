"""Clocks keep spans that ran and stood still; those of before move aside."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0022_articles_used")]

    operations = [
        migrations.CreateModel(
            name="CalendarContent",
            fields=[
                (
                    "content_hash",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("content", models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name="clock",
            name="counted_by",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Hash of the calendar content of the open span.",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="clock",
            name="generation",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="clock",
            name="rungs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                blank=True,
                default=list,
                help_text="Rungs of the ladder that fired in this generation.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="still_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RenameField("clock", "spans", "spans_before"),
        migrations.AddField(
            model_name="clock",
            name="spans",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
