from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "esm.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from esm.common import invariants, uses

        # Declares this app's types of events.
        from esm.events import (
            event_types,  # noqa: F401
            registry,
        )
        from esm.events.services import dirty, kept_answers
        from esm.events.services import invariants as checks

        uses.register(kept_answers)
        whole = "The ledger is append-only, gap-free and chained."
        invariants.register("I20", whole, checks.chains_are_whole)
        invariants.register("I20", whole, checks.app_role_cannot_rewrite)
        owed = "Every effect is owed, bounded and due."
        invariants.register("I27", owed, checks.deliveries_are_bounded)
        facts = _("facts of how it went")
        registry.register_sweep(
            registry.SweepKind(dirty.SWEEP, facts, dirty.chains_of, dirty.let_be)
        )

        from esm.events.registries import register_sight
        from esm.events.selectors import webhooks

        register_sight("webhook", webhooks.SIGHT)
