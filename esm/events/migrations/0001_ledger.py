"""The ledger (partitioned, append-only), the outbox and the clockwork."""

import datetime

import django.db.models.functions.datetime
from django.db import migrations, models

from esm.common import clock
from esm.events.migrations import _ledger_sql
from esm.events.partitions import months_around


def open_months(apps, schema_editor):
    """Two years back, so that a history can be replayed, and half a year ahead."""
    with schema_editor.connection.cursor() as cursor:
        for month in months_around(clock.now().date(), back=24, ahead=6):
            cursor.execute("SELECT events_ensure_partition(%s)", [month])


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ChainAnchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "taken_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("heads", models.JSONField()),
                ("chains", models.IntegerField()),
                ("prev_digest", models.BinaryField(max_length=32)),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Dirty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=60, unique=True)),
                ("bucket", models.DateField()),
                ("since", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("mark", models.IntegerField(db_default=1)),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("error", models.TextField(db_default="")),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="EventPrivate",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("bucket", models.DateField()),
                ("salt", models.BinaryField(max_length=16, null=True)),
                ("content", models.JSONField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("queue", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("offset", models.DurationField(default=datetime.timedelta(0))),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="clock_offset_single"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offset__gte", datetime.timedelta(0))),
                        name="clock_offset_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.BigIntegerField(null=True)),
                ("bucket", models.DateField(null=True)),
                ("item", models.CharField(db_default="", max_length=100)),
                ("consumer", models.CharField(max_length=80)),
                ("queue", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "due"), ("dead", "given up")],
                        db_default="due",
                        max_length=4,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("attempts", models.SmallIntegerField(db_default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.UUIDField(null=True)),
                ("error", models.TextField(db_default="")),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "due")),
                        fields=["queue", "due_at", "id"],
                        name="delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "dead")), fields=["id"], name="delivery_dead"
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_ledger_sql.EVENT_TABLE, _ledger_sql.EVENT_TABLE_REVERSE)
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("bucket", models.DateField()),
                        ("chain", models.CharField(max_length=60)),
                        ("seq", models.IntegerField()),
                        ("occurred_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        ("type", models.CharField(max_length=60)),
                        ("subject", models.CharField(blank=True, max_length=60)),
                        ("actor", models.CharField(max_length=80)),
                        ("on_behalf_of", models.CharField(blank=True, max_length=80)),
                        ("role", models.CharField(blank=True, max_length=100)),
                        ("team", models.CharField(blank=True, max_length=100)),
                        ("department", models.CharField(blank=True, max_length=100)),
                        ("version", models.BigIntegerField(null=True)),
                        ("data", models.JSONField(default=dict)),
                        ("private_hash", models.BinaryField(max_length=32, null=True)),
                        ("prev_hash", models.BinaryField(max_length=32)),
                        ("hash", models.BinaryField(max_length=32)),
                    ],
                    options={
                        "ordering": ("bucket", "chain", "seq"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("bucket", "chain", "seq"), name="event_seq_once"
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="JobRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("job", models.CharField(max_length=60)),
                ("slot", models.DateTimeField()),
                (
                    "ran_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "ordering": ("job", "slot"),
                "constraints": [
                    models.UniqueConstraint(fields=("job", "slot"), name="job_slot_once")
                ],
            },
        ),
        migrations.RunSQL(_ledger_sql.PARTITIONS, _ledger_sql.PARTITIONS_REVERSE),
        migrations.RunSQL(_ledger_sql.TRIGGERS, _ledger_sql.TRIGGERS_REVERSE),
        migrations.RunSQL(_ledger_sql.STORAGE, migrations.RunSQL.noop),
        migrations.RunPython(open_months, migrations.RunPython.noop),
    ]
