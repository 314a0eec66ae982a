"""What must always hold of the ledger and of what is owed after a commit."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection

from esm.common import clock
from esm.events.models import Delivery
from esm.events.selectors.health import MAX_ATTEMPTS
from esm.events.services.verify import verify

APP_ROLE = "esm_app"


def chains_are_whole() -> Iterator[str]:
    """I20: numbers without a gap, hashes that follow, heads that agree."""
    for fault in verify():
        yield fault.sentence


def app_role_cannot_rewrite() -> Iterator[str]:
    """I20: the application's database role has no UPDATE or DELETE on ledger tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:
            return
        for table in settings.LEDGER_TABLES:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [APP_ROLE, table, right])
                row = cursor.fetchone()
                if row and row[0]:
                    yield f"The application's role may {right} {table}."


def deliveries_are_bounded() -> Iterator[str]:
    """I27: what is owed is due within an hour or given up; attempts are bounded."""
    horizon = clock.now() + timedelta(hours=1)
    for row in Delivery.objects.filter(state="due", due_at__gt=horizon):
        yield f"Delivery {row.pk} ({row.consumer}) is due only at {row.due_at}."
    for row in Delivery.objects.filter(attempts__gt=MAX_ATTEMPTS + 1):
        yield f"Delivery {row.pk} ({row.consumer}) was tried {row.attempts} times."
