"""Wires the demo: who is offered at the door, and the line about its clock."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from demo.selectors import personas
        from demo.views import clock
        from esm.accounts.registries import register_personas
        from esm.common.nav import register_banner

        register_personas(personas.describe)
        register_banner("demo-clock", clock.banner)
