from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    label = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django must have loaded the models before anything that uses them is imported.
        from governance.registries import register_projector
        from governance.services import projecting

        register_projector("Department", projecting.project_departments)
        register_projector("Team", projecting.project_teams)
        register_projector("Role", projecting.project_roles)
