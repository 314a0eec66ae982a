"""Wires the app: the only place with side effects at start."""

from django.apps import AppConfig


class ValueflowConfig(AppConfig):
    name = "valueflow"
    label = "valueflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from esm.events import registry
        from valueflow.services import project
        from workflows.models import Request

        registry.register_projector(Request.CHAIN, project.project_requests)
