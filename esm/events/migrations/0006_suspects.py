"""Rows that sweeps set aside, and what they have in hand."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import esm.events.chains


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0005_feed_horizon"),
    ]

    operations = [
        migrations.CreateModel(
            name="InHand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sweep", models.CharField(max_length=20)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("backend", models.IntegerField()),
                ("begun", models.DateTimeField()),
                ("lease_until", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="note",
            field=models.TextField(db_default=""),
        ),
        migrations.CreateModel(
            name="Clockwork",
            fields=[
                (
                    "chain_bucket",
                    models.DateField(default=esm.events.chains.opening_month, editable=False),
                ),
                ("chain_seq", models.IntegerField(default=0, editable=False)),
                (
                    "chain_hash",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                        max_length=32,
                    ),
                ),
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="clockwork_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspect",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sweep", models.CharField(max_length=20)),
                ("key", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "due"), ("dead", "given up")],
                        db_default="due",
                        max_length=4,
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("due_at", models.DateTimeField()),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("error", models.TextField(db_default="")),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("sweep", "key"), name="suspect_once")
                ],
            },
        ),
        # What is in hand when the database itself ends is in nobody's hands after it; without a log
        # of its own, taking and putting down waits for no disk. Both tables stay small.
        migrations.RunSQL(
            "ALTER TABLE events_inhand SET UNLOGGED;"
            "ALTER TABLE events_inhand SET (autovacuum_vacuum_threshold = 200,"
            " autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);",
            "ALTER TABLE events_inhand RESET (autovacuum_vacuum_threshold,"
            " autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);"
            "ALTER TABLE events_inhand SET LOGGED;",
        ),
        # Dead rows lie where the next due one is looked for; rows change their state in place.
        migrations.RunSQL(
            "ALTER TABLE events_delivery SET (autovacuum_vacuum_threshold = 500,"
            " autovacuum_analyze_scale_factor = 0.05);"
            "ALTER TABLE events_dirty SET (autovacuum_vacuum_threshold = 500,"
            " autovacuum_analyze_scale_factor = 0.05);",
            "ALTER TABLE events_delivery RESET (autovacuum_vacuum_threshold,"
            " autovacuum_analyze_scale_factor);"
            "ALTER TABLE events_dirty RESET (autovacuum_vacuum_threshold,"
            " autovacuum_analyze_scale_factor);",
        ),
    ]
