from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django must have loaded the models before anything that uses them is imported.
        from catalog import event_types  # noqa: F401
        from catalog.services import contents, files, projection
        from catalog.views import shell
        from esm.events.registry import register_sender
        from governance.registries import register_projector

        shell.register()
        register_projector("Objective", projection.objectives)
        register_projector("Outcome", projection.outcomes)
        register_projector("Measure", projection.measures)
        register_projector("Service", projection.services)
        register_projector("Offering", projection.offerings)
        register_projector("Technology", projection.technologies)
        register_sender(files.CHECK, contents.check_file, "files")
