"""What must always hold of the ledger and of what is owed after a commit."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection

from esm.common import clock
from esm.events.models import Delivery, Dirty
from esm.events.selectors.health import MAX_ATTEMPTS
from esm.events.services.verify import verify

APP_ROLE = "esm_app"
# Whoever may change a partition needs no right on the whole. No row where there is no such role.
RIGHTS = """
WITH RECURSIVE tree AS (
    SELECT to_regclass(name)::oid AS oid FROM unnest(%s::text[]) AS name
    UNION SELECT inhrelid FROM pg_inherits JOIN tree ON tree.oid = inhparent)
SELECT tree.oid::regclass::text, granted
FROM tree, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS granted,
     (SELECT oid AS role FROM pg_roles WHERE rolname = %s) r
WHERE has_table_privilege(r.role, tree.oid, granted) ORDER BY 1, 2
"""


def chains_are_whole() -> Iterator[str]:
    """I20: numbers without a gap, hashes that follow, heads that agree."""
    for fault in verify():
        yield fault.sentence


def app_role_cannot_rewrite() -> Iterator[str]:
    """I20: the application's database role may not change ledger tables or their partitions."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [list(settings.LEDGER_TABLES), APP_ROLE])
        for table, right in cursor.fetchall():
            yield f"The application's role may {right} {table}."


def deliveries_are_bounded() -> Iterator[str]:
    """I27: what is owed is due within an hour or given up; attempts are bounded."""
    horizon = clock.now() + timedelta(hours=1)
    for row in Delivery.objects.filter(state="due", due_at__gt=horizon):
        yield f"Delivery {row.pk} ({row.consumer}) is due only at {row.due_at}."
    for mark in Dirty.objects.filter(due_at__gt=horizon):
        yield f"The facts of {mark.chain} are due only at {mark.due_at}."
    for row in Delivery.objects.filter(attempts__gt=MAX_ATTEMPTS + 1):
        yield f"Delivery {row.pk} ({row.consumer}) was tried {row.attempts} times."
