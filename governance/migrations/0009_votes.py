import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import esm.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0008_delegations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role_key", models.CharField(max_length=100)),
                (
                    "voted_at",
                    models.DateTimeField(blank=True, help_text="In the round of now.", null=True),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("approve", "yes"),
                            ("decline", "no"),
                            ("refer_back", "send back"),
                        ],
                        max_length=12,
                    ),
                ),
                ("role_key", models.CharField(max_length=100)),
                ("right_key", models.CharField(blank=True, max_length=100)),
                ("rationale", models.TextField(blank=True)),
                ("conditions", models.TextField(blank=True)),
                ("trace", models.JSONField(default=list)),
                (
                    "content_hash",
                    models.BinaryField(help_text="Of what was voted on.", max_length=32),
                ),
                ("cast_at", models.DateTimeField(default=esm.common.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("counted", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("cast_at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="body_key",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="decision",
            name="conditions",
            field=models.TextField(blank=True, help_text="Under which it was approved."),
        ),
        migrations.AddField(
            model_name="decision",
            name="deferred_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="needed",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="How many say yes at least."
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="quorum",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="How many take part at least."
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="reverses",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="governance.decision",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="round",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="decision",
            name="rule",
            field=models.CharField(
                default="single", help_text="How several decide.", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="seated_at",
            field=models.DateTimeField(
                blank=True, help_text="When who may vote was last looked at.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule", "single"), ("decider__isnull", True), _connector="OR"),
                name="decided_together_by_nobody_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("reverses",),
                name="decision_one_open_reversal",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="seats",
                to="governance.decision",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="delegation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.delegation",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to="governance.person",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="stands_in_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.person",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="governance.decision",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="delegation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="governance.delegation",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="governance.person",
            ),
        ),
        migrations.AddField(
            model_name="vote",
            name="stands_in_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.person",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                fields=("decision", "person"), name="seat_once_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("decision", "round", "person"),
                name="vote_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counted", True), ("withdrawn_at__isnull", False), _negated=True
                ),
                name="vote_counted_or_withdrawn",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vote",
            trigger=pgtrigger.compiler.Trigger(
                name="vote_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="1b34bb412f6ee2d8af8f1fa57b300557e1a9772f",
                    operation="DELETE",
                    pgid="pgtrigger_vote_stays_54e45",
                    table="governance_vote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vote",
            trigger=pgtrigger.compiler.Trigger(
                name="vote_counted_is_final",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."counted" OR OLD."withdrawn_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="d7570eb92393b59ba8d2e2c8e7ba15b9dafa1b0d",
                    operation="UPDATE",
                    pgid="pgtrigger_vote_counted_is_final_4169f",
                    table="governance_vote",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vote",
            trigger=pgtrigger.compiler.Trigger(
                name="vote_says_the_same",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."decision_id" IS DISTINCT FROM (NEW."decision_id") OR OLD."round" IS DISTINCT FROM (NEW."round") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."choice" IS DISTINCT FROM (NEW."choice") OR OLD."role_key" IS DISTINCT FROM (NEW."role_key") OR OLD."right_key" IS DISTINCT FROM (NEW."right_key") OR OLD."stands_in_for_id" IS DISTINCT FROM (NEW."stands_in_for_id") OR OLD."delegation_id" IS DISTINCT FROM (NEW."delegation_id") OR OLD."rationale" IS DISTINCT FROM (NEW."rationale") OR OLD."conditions" IS DISTINCT FROM (NEW."conditions") OR OLD."trace" IS DISTINCT FROM (NEW."trace") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."cast_at" IS DISTINCT FROM (NEW."cast_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="38f19540b40a1733ee4e5d79d6fb0beecf870ec2",
                    operation="UPDATE",
                    pgid="pgtrigger_vote_says_the_same_40f4d",
                    table="governance_vote",
                    when="BEFORE",
                ),
            ),
        ),
    ]
