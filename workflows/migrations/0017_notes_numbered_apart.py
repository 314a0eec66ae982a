from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0016_closing_indexes"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="comment",
            options={"ordering": ("request_id", "pk")},
        ),
        migrations.AddField(
            model_name="request",
            name="note_count",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RemoveConstraint(model_name="comment", name="comment_number"),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                fields=["request", "internal", "seq"], name="comment_number"
            ),
        ),
    ]
