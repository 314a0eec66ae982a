from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    label = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django must have loaded the models before anything that uses them is imported.
        from esm.accounts.registries import register_programs
        from esm.common import invariants, live
        from esm.events import registries, registry
        from esm.notices.registries import register_kinds, register_people
        from governance import consumers
        from governance.models import Department, Team
        from governance.registries import register_focus, register_projector
        from governance.selectors import followed, programs, recipients
        from governance.selectors import live as beats
        from governance.selectors import vote_invariants as vote_checks
        from governance.services import (
            adoption_wiring,
            change_wiring,
            comment_notices,
            delegation_wiring,
            projecting,
            waiver_wiring,
            webhook_notices,
        )
        from governance.views import shell

        register_people(
            recipients=recipients.recipients,
            person_of=recipients.person_of,
            teams_of=recipients.teams_of,
        )
        shell.register()
        register_kinds(webhook_notices.KINDS)
        register_kinds(comment_notices.KINDS)
        adoption_wiring.register(consumers.tell_commitment, consumers.tell_assessment)
        said = comment_notices.EVENTS
        registry.subscribe(said, "governance.comment", consumers.tell_comment)
        over = ["webhook.resumed", "webhook.recovered", "webhook.ended"]
        registry.subscribe(["webhook.tripped"], "governance.tell", consumers.tell_tripped)
        registry.subscribe(over, "governance.settle", consumers.settle_tripped)
        for key, sentence, vote_check in vote_checks.ALL:
            invariants.register(key, sentence, vote_check)
        delegation_wiring.register(consumers.tell_delegation)
        waiver_wiring.register(consumers.tell_waiver)
        change_wiring.register(consumers.tell_change)
        register_programs(programs.leave_of)
        registry.register_naming(followed.names)
        registries.register_sight("person", followed.PEOPLE)
        registries.register_sight("program", followed.PEOPLE)
        registries.register_sight("model", followed.MODEL)
        live.register("decisions", beats.decisions_pulse)
        register_focus("department", Department)
        register_focus("team", Team)
        register_projector("Department", projecting.project_departments)
        register_projector("Team", projecting.project_teams)
        register_projector("Role", projecting.project_roles)
