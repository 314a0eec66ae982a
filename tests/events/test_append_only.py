"""Nobody changes what was written: not by SQL, not with the application's role."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from esm.events.models import ChainAnchor, Event, EventPrivate
from esm.events.services.anchors import anchor
from governance.models import ModelVersion
from tests.events.conftest import happen

pytestmark = pytest.mark.django_db
ROLE = "esm_app_test"
CHANGES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
}
COLUMNS = {
    "events_event": "actor",
    "events_eventprivate": "bucket",
    "events_chainanchor": "chains",
}


@pytest.fixture
def rows(parent: ModelVersion) -> ModelVersion:
    happen(parent, 1, text="words")
    anchor()
    return parent


@pytest.fixture
def app_role(db: None) -> Iterator[str]:
    """A role with the rights of the application's, acting inside the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        for table in settings.LEDGER_TABLES:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLE}")
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(sql: str) -> str:
    """Run it in a savepoint; the reason why it was refused."""
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL esm.refuse_truncate = 'on'")
        cursor.execute(sql)
    return str(caught.value)


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_the_owner_is_refused(rows: ModelVersion, table: str, change: str) -> None:
    sql = CHANGES[change].format(table=table, column=COLUMNS[table])
    assert "append-only" in refused(sql)
    assert (Event.objects.count(), EventPrivate.objects.count()) == (1, 1)
    assert ChainAnchor.objects.count() == 1


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_partition_is_protected_like_the_whole(rows: ModelVersion, change: str) -> None:
    table = f"events_event_{rows.chain_bucket:%Y_%m}"
    assert "append-only" in refused(CHANGES[change].format(table=table, column="actor"))
    assert "append-only" in refused("TRUNCATE events_event_default")
    assert Event.objects.count() == 1


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_the_application_is_refused(
    rows: ModelVersion, app_role: str, table: str, change: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {app_role}")
    sql = CHANGES[change].format(table=table, column=COLUMNS[table])
    assert "permission denied" in refused(sql)
    assert Event.objects.get().actor == "P-7"


def test_the_application_records_and_opens_months(rows: ModelVersion, app_role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {app_role}")
        happen(rows, 2, text="more words")
        cursor.execute("SELECT events_ensure_partition('2018-05-01')")
        assert cursor.fetchone() == (True,)
    assert Event.objects.count() == 2
