from typing import Any

from django.core.management.commands import migrate

from esm.embedded.privileges import apply_privileges, owner_role


class Command(migrate.Command):
    """Migrates as the owning role, then grants the application's role what it needs."""

    def handle(self, *args: Any, **options: Any) -> None:
        with owner_role(options["database"]) as connection:
            super().handle(*args, **options)
            if not (options["check_unapplied"] or options["plan"]):
                apply_privileges(connection)
