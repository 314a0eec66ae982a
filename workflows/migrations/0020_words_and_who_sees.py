"""Who sees a request stands beside its words, so that one index knows both.

A trigger carries it over from the request: the words are written when something is said, the
principals when it comes to another team.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION workflows_carry_principals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE workflows_requesttext SET principals = NEW.principals WHERE request_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER carry_principals AFTER UPDATE OF principals ON workflows_request
FOR EACH ROW WHEN (OLD.principals IS DISTINCT FROM NEW.principals)
EXECUTE FUNCTION workflows_carry_principals();
"""
DROPPED = """
DROP TRIGGER carry_principals ON workflows_request;
DROP FUNCTION workflows_carry_principals();
"""
# The request is held while it is read: who sees it may change at the same time.
FILLED = """
WITH held AS (
    SELECT id, principals FROM workflows_request WHERE id > %s ORDER BY id LIMIT 10000 FOR SHARE
), filled AS (
    UPDATE workflows_requesttext t SET principals = held.principals
    FROM held WHERE held.id = t.request_id AND t.principals <> held.principals
)
SELECT max(id) FROM held
"""


def fill(apps, schema_editor):
    """Carry over who sees each request, some thousand at a time."""
    last = 0
    while last is not None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(FILLED, [last])
            last = cursor.fetchone()[0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workflows", "0019_work_sessions")]

    operations = [
        migrations.AddField(
            model_name="requesttext",
            name="principals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                db_default=models.Value("{}"),
                default=list,
                size=None,
            ),
        ),
        migrations.RunSQL(FUNCTION, DROPPED),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="requesttext",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words", "principals"], name="request_words_seen"
            ),
        ),
        AddIndexConcurrently(
            model_name="requesttext",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("note_words__isnull", False)),
                fields=["note_words", "principals"],
                name="request_note_words_seen",
            ),
        ),
        RemoveIndexConcurrently(model_name="requesttext", name="request_words"),
        RemoveIndexConcurrently(model_name="requesttext", name="request_note_words"),
    ]
