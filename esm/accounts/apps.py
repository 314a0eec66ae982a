from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "esm.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The API's description finds the scheme once its module was imported.
        from esm.accounts.api import schema  # noqa: F401
