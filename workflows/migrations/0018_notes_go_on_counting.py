from django.db import migrations

# Notes written so far keep the numbers that the ledger knows them by; new ones count on from there.
GO_ON = """
UPDATE workflows_request SET note_count = comment_count WHERE id IN (
    SELECT request_id FROM workflows_comment WHERE internal
)"""


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0017_notes_numbered_apart"),
    ]

    operations = [migrations.RunSQL(GO_ON, migrations.RunSQL.noop)]
