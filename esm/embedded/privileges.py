"""Two database roles: the owner migrates, the application's role cannot change ledger rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

# A partition is a table of its own: who may reach it directly needs no right on its parent.
LEDGER_AND_PARTITIONS = """
    WITH RECURSIVE tree AS (
        SELECT oid FROM pg_class WHERE oid = ANY (
            SELECT to_regclass(name)::oid FROM unnest(%s::text[]) AS name)
        UNION SELECT inhrelid FROM pg_inherits JOIN tree ON tree.oid = inhparent)
    SELECT oid::regclass::text FROM tree ORDER BY 1
"""


@contextmanager
def owner_role(alias: str = DEFAULT_DB_ALIAS) -> Iterator[BaseDatabaseWrapper]:
    """Connect as the role that owns the tables inside the block; a no-op with a single role."""
    connection = connections[alias]
    owner = settings.DATABASE_OWNER
    if alias != DEFAULT_DB_ALIAS or owner["USER"] in {"", connection.settings_dict["USER"]}:
        yield connection
        return
    keys = ("USER", "PASSWORD", "HOST", "PORT")
    before = {key: connection.settings_dict[key] for key in keys}
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in keys})
    try:
        yield connection
    finally:
        connection.close()
        connection.settings_dict.update(before)


def apply_privileges(connection: BaseDatabaseWrapper) -> list[str]:
    """Give the application's roles what they need and no more; returns the protected tables.

    Run by the owner after each migration. Tables made later (partitions) may be read and inserted
    into; everything else is granted here, where each table is known.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEDGER_AND_PARTITIONS, [list(settings.LEDGER_TABLES)])
        protected = [name for (name,) in cursor.fetchall()]
        for role in sorted(str(name) for name in settings.DATABASE_APP_ROLES):
            cursor.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role]
            )
            if cursor.fetchone() is None:
                continue
            for statement in _grants(protected):
                cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
    return protected


def _grants(protected: list[str]) -> Iterator[str]:
    yield "GRANT USAGE ON SCHEMA public TO {role}"
    yield "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    yield "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    yield "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}"
    yield "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}"
    for table in protected:
        yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{role}}"
