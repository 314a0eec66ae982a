"""The database backend of all settings: Django's own, asked before it connects."""

from typing import Any

from django.db.backends.postgresql import base

from esm.common.postgresql import limits, presence


class DatabaseWrapper(base.DatabaseWrapper):
    """Refuses to connect while the server is known to be away: connecting waits for seconds.

    Every connection has the limits of its process.
    """

    def get_connection_params(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_connection_params()
        found["options"] = f"{found.get('options', '')} {limits.options()}".strip()
        return found

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        presence.watch.refuse()
        return super().get_new_connection(conn_params)
