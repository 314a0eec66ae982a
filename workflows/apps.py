"""Wires the app: the only place with side effects at start."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from esm.events import registry as events
        from governance import registries
        from governance.blueprint.blueprint import use_compiler
        from workflows import consumers, event_types  # noqa: F401
        from workflows.engine.graph import compile_workflow
        from workflows.services import announce, projection, subjects, visibility
        from workflows.views import shell

        shell.register()
        use_compiler(compile_workflow)
        registries.register_projector("ValueStream", projection.value_streams)
        registries.register_projector("Workflow", projection.workflows)
        registries.register_visibility("workflows.request", visibility.refresh)
        registries.register_subject(
            "request",
            lock=subjects.lock,
            summary=subjects.summary,
            on_decided=subjects.on_decided,
            content=subjects.content,
        )
        events.subscribe(["handoff.offered"], "workflows.route", consumers.route_offer)
        events.subscribe(["clock.breached"], "workflows.escalate", consumers.escalate_silence)
        events.subscribe(announce.types(), "workflows.tell", consumers.tell)
