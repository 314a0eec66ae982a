"""What the spans of before were kept in goes; a closed span cannot be changed any more."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0024_spans_of_before"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="clock",
            name="spans_before",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clock",
            trigger=pgtrigger.compiler.Trigger(
                name="spans_are_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."spans" IS DISTINCT FROM (NEW."spans"))',
                    func="\n                    IF OLD.spans IS DISTINCT FROM (\n                        SELECT coalesce(jsonb_agg(one ORDER BY n), '[]')\n                        FROM jsonb_array_elements(NEW.spans) WITH ORDINALITY AS t(one, n)\n                        WHERE n <= jsonb_array_length(OLD.spans)\n                    ) THEN\n                        RAISE EXCEPTION 'spans of clock % are kept as they were', OLD.id;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="5f91ff0d2394c4eecf3cd191f3f6bd3879bcb1ec",
                    operation='UPDATE OF "spans"',
                    pgid="pgtrigger_spans_are_kept_f3506",
                    table="workflows_clock",
                    when="BEFORE",
                ),
            ),
        ),
    ]
