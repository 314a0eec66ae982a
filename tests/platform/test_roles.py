"""The application's role may add to the ledger and read it, and nothing else."""

import re
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from esm.embedded.folder import APP_ROLE
from esm.embedded.privileges import apply_privileges

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def app_connection() -> Iterator["psycopg2.extensions.connection"]:
    """A connection as the application's role, with the grants a migration gives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:  # a server that ./up did not set up
            cursor.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
    apply_privileges(connection)
    where = connection.settings_dict
    opened = psycopg2.connect(host=where["HOST"], dbname=where["NAME"], user=APP_ROLE)
    opened.autocommit = True
    yield opened
    opened.close()


def protected_tables() -> list[str]:
    return apply_privileges(connection)


def test_ledger_tables_and_their_partitions_are_protected() -> None:
    tables = protected_tables()

    assert set(settings.LEDGER_TABLES) <= set(tables)
    partitions = [name for name in tables if re.fullmatch(r"events_event_\d{4}_\d{2}", name)]
    assert partitions


def test_the_application_cannot_change_the_ledger(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    for table in protected_tables():
        with app_connection.cursor() as cursor:
            cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                           " AND attnum > 0 ORDER BY attnum LIMIT 1", [table])  # fmt: skip
            (column,) = cursor.fetchone()
            cursor.execute(f"SELECT count(*) FROM {table}")
            for forbidden in (
                f"UPDATE {table} SET {column} = {column}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"ALTER TABLE {table} ADD extra integer",
                f"DROP TABLE {table}",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(forbidden)


def test_the_application_may_use_every_other_table(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    protected = set(protected_tables())
    tables = [name for name in connection.introspection.table_names() if name not in protected]

    for table in tables:
        with app_connection.cursor() as cursor:
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (True,), f"{right} on {table}"


def test_a_table_made_later_is_not_open_to_change(
    app_connection: "psycopg2.extensions.connection",
) -> None:
    with connection.cursor() as owner:
        owner.execute("CREATE TABLE made_later (id integer)")
    try:
        with app_connection.cursor() as cursor:
            cursor.execute("INSERT INTO made_later VALUES (1)")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("DELETE FROM made_later")
    finally:
        with connection.cursor() as owner:
            owner.execute("DROP TABLE made_later")


def test_migrating_again_keeps_the_protection() -> None:
    before = protected_tables()

    call_command("migrate", verbosity=0)

    assert protected_tables() == before
