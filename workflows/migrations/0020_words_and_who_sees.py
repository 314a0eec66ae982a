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
FILLED = """
UPDATE workflows_requesttext t SET principals = r.principals
FROM workflows_request r WHERE r.id = t.request_id AND t.principals <> r.principals
"""


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
        migrations.RunSQL(FILLED, migrations.RunSQL.noop),
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
