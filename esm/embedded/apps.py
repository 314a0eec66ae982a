from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class EmbeddedConfig(AppConfig):
    name = "esm.embedded"
    label = "embedded"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to run with one database role: it could rewrite the ledger."""
        if settings.EMBEDDED_POSTGRES or settings.ALLOW_SINGLE_ROLE:
            return
        if settings.DATABASE_OWNER["USER"] in {"", settings.DATABASES["default"]["USER"]}:
            raise ImproperlyConfigured(
                "DATABASE_OWNER_URL must name another database role than DATABASE_URL: the first "
                "migrates, the second runs and cannot change ledger rows. ALLOW_SINGLE_ROLE=1 "
                "accepts one role."
            )
