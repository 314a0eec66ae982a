"""Wires the app: the only place with side effects at start."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog.registries import register_usage
        from esm.common import invariants
        from esm.events import registry as events
        from esm.notices import registries as notices
        from governance import registries
        from governance.blueprint.blueprint import use_compiler
        from workflows import consumers, event_types  # noqa: F401
        from workflows.engine.graph import compile_workflow
        from workflows.event_types import clocks  # noqa: F401
        from workflows.selectors import invariants as checks
        from workflows.selectors import listing, told
        from workflows.services import announce, notice_kinds, projection, subjects, visibility
        from workflows.views import shell

        register_usage(listing.asked_since)
        shell.register()
        notices.register_kinds(notice_kinds.KINDS)
        notices.register_subject(
            "request", notices.Subject(told.find, told.visible, told.seen, told.lines)
        )
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
            visible=subjects.visible,
        )
        events.subscribe(["handoff.offered"], "workflows.route", consumers.route_offer)
        events.subscribe(["decision.reassigned"], "workflows.show", consumers.show_to_new_decider)
        events.subscribe(["clock.breached"], "workflows.escalate", consumers.escalate_silence)
        events.subscribe(announce.types(), "workflows.tell", consumers.tell, wants=announce.wants)
        for key, sentence, check in (
            (
                "I1",
                "Every open branch has one owner; closed has none.",
                checks.one_owner_per_branch,
            ),
            ("I2", "A handoff moves accountability at once.", checks.handoffs_move_at_once),
            ("I3", "Every step exists in the pinned version.", checks.stages_of_the_pinned_version),
            ("I4", "Workflows are sound; no token is lost.", checks.sound_workflows),
            ("I6", "Pinned versions are published and unchanged.", checks.pinned_and_unchanged),
            ("I7", "No request waits on nobody.", checks.nobody_waits_on_nobody),
            ("I10", "Timers fire once, not early, not late.", checks.timers_fire_once),
            ("M7", "Every crossing has its handoff.", checks.crossings_have_handoffs),
            ("M9", "Open steps are the tokens.", checks.visits_are_tokens),
        ):
            invariants.register(key, sentence, check)
