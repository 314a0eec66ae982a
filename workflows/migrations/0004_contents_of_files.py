"""A row for each content that files named before contents had rows."""

from django.db import migrations

ADD = """
INSERT INTO catalog_content
    (sha256, size, content_type, state, found, scanned_at, preview, excerpt, touched_at)
SELECT DISTINCT ON (sha256)
    sha256, size, content_type, 'unchecked', '', NULL::timestamptz, 'later', '', created_at
FROM (
    SELECT sha256, size, content_type, created_at FROM workflows_attachment
    UNION ALL SELECT sha256, size, content_type, created_at FROM catalog_draftfile) named
ORDER BY sha256, created_at DESC
ON CONFLICT (sha256) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_files_taken_out")]

    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
