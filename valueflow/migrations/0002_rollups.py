from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("valueflow", "0001_value_flow"),
    ]

    operations = [
        migrations.CreateModel(
            name="RollupFourWeeks",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scope",
                        "metric",
                        "week",
                        "key",
                        "part",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("scope", models.CharField(max_length=10)),
                ("week", models.DateField()),
                ("key", models.CharField(blank=True, max_length=100)),
                ("part", models.CharField(blank=True, max_length=410)),
                ("metric", models.CharField(max_length=10)),
                ("bucket", models.SmallIntegerField()),
                ("n", models.IntegerField()),
                ("total", models.BigIntegerField()),
            ],
            options={
                "ordering": ("scope", "metric", "week", "key", "part", "bucket"),
            },
        ),
        migrations.CreateModel(
            name="RollupState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=60)),
                ("built_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RollupWeek",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scope",
                        "metric",
                        "week",
                        "key",
                        "part",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("scope", models.CharField(max_length=10)),
                ("week", models.DateField()),
                ("key", models.CharField(blank=True, max_length=100)),
                ("part", models.CharField(blank=True, max_length=410)),
                ("metric", models.CharField(max_length=10)),
                ("bucket", models.SmallIntegerField()),
                ("n", models.IntegerField()),
                ("total", models.BigIntegerField()),
            ],
            options={
                "ordering": ("scope", "metric", "week", "key", "part", "bucket"),
            },
        ),
        migrations.AddConstraint(
            model_name="rollupstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="rollup_state_once"
            ),
        ),
    ]
