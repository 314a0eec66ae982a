"""Wires the app: the only place with side effects at start."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog import registries as asking
        from esm.common import invariants, live
        from esm.events import registries as sights
        from esm.events import registry as events
        from esm.notices import registries as notices
        from governance import registries
        from governance.blueprint.blueprint import use_compiler
        from governance.services import mailed
        from workflows import consumers, event_types  # noqa: F401
        from workflows.engine import findings
        from workflows.engine.graph import compile_workflow
        from workflows.selectors import invariants as checks
        from workflows.selectors import listing, outlook, sight, similar, told
        from workflows.selectors import live as beats
        from workflows.selectors import observed as steps
        from workflows.services import (
            announce,
            attachments,
            case,
            clock_rules,
            decision_notices,
            late,
            leaving,
            migration_runs,
            notice_kinds,
            projection,
            recounting,
            subjects,
            visibility,
        )
        from workflows.views import shell

        asking.register_files(attachments.named)
        asking.register_usage(listing.asked_since)
        asking.register_outlook(outlook.outlook)
        asking.register_similar(similar.similar)
        live.register("request", beats.request_pulse)
        live.register("requests", beats.mine_pulse)
        live.register("queue", beats.queue_pulse)
        notices.register_kinds(notice_kinds.KINDS)
        notices.register_button(decision_notices.WAITS, mailed.button)
        notices.register_subject(
            "request", notices.Subject(told.find, told.visible, told.seen, told.lines)
        )
        sights.register_sight("request", sight.SIGHT)
        for name, rule in findings.RULES.items():
            registries.register_lint_rule(name, rule)
        use_compiler(compile_workflow)
        case.before_save(clock_rules.write)
        registries.register_visibility("workflows.request", visibility.refresh)
        for part in (projection, steps, shell, subjects, leaving, recounting, late, migration_runs):
            part.register()
        events.subscribe(["handoff.offered"], "workflows.route", consumers.route_offer)
        events.subscribe(["decision.reassigned"], "workflows.show", consumers.show_to_new_decider)
        events.subscribe(["clock.breached"], "workflows.escalate", consumers.escalate_silence)
        events.subscribe(announce.types(), "workflows.tell", consumers.tell, wants=announce.wants)
        for check in checks.EVERY:
            invariants.register(*check)
