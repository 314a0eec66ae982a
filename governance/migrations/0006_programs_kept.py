"""Programs from before they were kept: without an owner, for what their tokens were made for."""

from django.db import migrations

KEEP = """
INSERT INTO governance_program
    (chain_bucket, chain_seq, chain_hash, account_id, scopes, created_at, ended_at)
SELECT date_trunc('month', now())::date, 0, decode(repeat('00', 32), 'hex'), a.id,
    coalesce((SELECT array_agg(DISTINCT scope ORDER BY scope) FROM accounts_apitoken t,
        unnest(t.scopes) AS scope WHERE t.user_id = a.user_id), '{}'),
    now(), CASE WHEN a.active THEN NULL ELSE now() END
FROM accounts_serviceaccount a
WHERE NOT EXISTS (SELECT 1 FROM governance_program p WHERE p.account_id = a.id)
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_programs")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
