from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "esm.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Declares this app's types of events.
        from esm.events import event_types  # noqa: F401
