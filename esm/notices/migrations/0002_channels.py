import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import esm.common.clock


def forget_team_choices(apps, schema_editor):
    """On the way back: a choice per kind was all there was."""
    rows = apps.get_model("notices", "NoticePreference").objects
    rows.exclude(team="").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=esm.common.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="NoticeThread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("subject", models.CharField(max_length=60)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("follow", "you follow it"),
                            ("mute", "muted"),
                            ("usual", "as usual"),
                        ],
                        max_length=6,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeTimes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField(unique=True)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("hourly", "every hour"),
                            ("daily", "once a day"),
                            ("never", "never"),
                        ],
                        default="daily",
                        max_length=8,
                    ),
                ),
                ("digest_at", models.TimeField(default=datetime.time(8, 0))),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("quiet_weekend", models.BooleanField(default=False)),
                ("urgent_passes", models.BooleanField(default=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="noticepreference",
            name="notice_preference_once",
        ),
        migrations.AddField(
            model_name="notice",
            name="bundle_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="latest",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="shown",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="subject",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AddField(
            model_name="notice",
            name="team",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.AddField(
            model_name="notice",
            name="why",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AddField(
            model_name="noticepreference",
            name="digest",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="noticepreference",
            name="inbox",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="noticepreference",
            name="team",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_team_choices),
        migrations.AddConstraint(
            model_name="noticepreference",
            constraint=models.UniqueConstraint(
                fields=("person_id", "kind", "team"), name="notice_preference_once"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notices",
                to="notices.digest",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("latest", True), ("shown", True)),
                fields=["person_id", "-id"],
                name="notice_heads",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("shown", True), models.Q(("subject", ""), _negated=True)),
                fields=["person_id", "subject"],
                name="notice_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("bundle_at__isnull", False), ("digest__isnull", True)),
                fields=["person_id", "bundle_at"],
                name="notice_bundle",
            ),
        ),
        migrations.AddIndex(
            model_name="noticethread",
            index=models.Index(fields=["subject"], name="notice_thread_subject"),
        ),
        migrations.AddConstraint(
            model_name="noticethread",
            constraint=models.UniqueConstraint(
                fields=("person_id", "subject"), name="notice_thread_once"
            ),
        ),
    ]
