"""Wires the app: the only place with side effects at start."""

from django.apps import AppConfig


class ValueflowConfig(AppConfig):
    name = "valueflow"
    label = "valueflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from esm.common import invariants
        from esm.events import registries, registry
        from esm.notices.registries import register_kinds
        from governance.registries import (
            register_flow,
            register_measuring,
            register_places,
            register_practice,
        )
        from valueflow import consumers, event_types  # noqa: F401
        from valueflow.selectors import (
            followed,
            lint_flow,
            lint_places,
            lint_value,
            practice,
            workshop,
        )
        from valueflow.selectors.questions import asking
        from valueflow.services import flow_mails, project
        from valueflow.services import improvement_notices as notices
        from valueflow.services import invariants as checks
        from valueflow.views import shell
        from workflows.models import Request
        from workflows.registries import register_look

        shell.register()
        register_look("questions", asking.at_home)
        register_kinds(flow_mails.KINDS)
        register_flow("requests", lint_flow.flow_part)
        register_measuring("requests", workshop.measured)
        register_practice("requests", practice.practice)
        register_places(lint_places.CODES, lint_places.place_of)
        register_places(lint_value.CODES, lint_value.place_of)
        registries.register_sight("problem", followed.PROBLEMS)
        registries.register_sight("improvement", followed.IMPROVEMENTS)
        register_kinds(notices.KINDS)
        registry.subscribe(notices.EVENTS, "valueflow.improving", consumers.tell_improving)
        registry.register_projector(Request.CHAIN, project.project_requests)
        invariants.register(
            "I3", "Replaying the events gives the stored state.", checks.state_is_the_fold_of_events
        )
        invariants.register(
            "I8", "Spans add up to the lead time, no hole.", checks.spans_fill_the_lead_time
        )
        invariants.register(
            "M15",
            "What was counted beforehand equals the facts.",
            checks.counts_are_those_of_the_facts,
        )
