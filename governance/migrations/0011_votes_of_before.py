from django.db import migrations

# What was decided before votes had rows: one vote of whoever decided it, in the only round.
VOTES = """
INSERT INTO governance_vote (
    decision_id, round, person_id, choice, role_key, right_key, stands_in_for_id, delegation_id,
    rationale, conditions, trace, content_hash, cast_at, counted
)
SELECT id, 1, decided_by_id, outcome, role_key, right_key, stands_in_for_id, delegation_id,
       rationale, '', trace, content_hash, decided_at, true
  FROM governance_decision
 WHERE state = 'decided' AND decided_by_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0010_open_votes_index"),
    ]

    operations = [
        migrations.RunSQL(VOTES, migrations.RunSQL.noop),
    ]
