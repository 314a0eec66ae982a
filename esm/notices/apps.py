from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "esm.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django must have loaded the models before anything that uses them is imported.
        from esm.events.registry import register_sender
        from esm.notices.consumers import send_notice
        from esm.notices.services.notify import MAIL

        register_sender(MAIL, send_notice, queue="mail")
