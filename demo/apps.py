"""Wires the demo: who is offered at the door, and the line about its clock."""

from pathlib import Path

from django.apps import AppConfig

LOGS = Path(__file__).parent / "logs"


class DemoConfig(AppConfig):
    name = "demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from demo.selectors import personas
        from demo.views import clock
        from esm.accounts.registries import register_personas
        from esm.common.nav import register_banner
        from valueflow.registries import SampleLog, register_sample

        register_personas(personas.describe)
        register_banner("demo-clock", clock.banner)
        register_sample(
            SampleLog(
                key="service-desk",
                name="Incidents of a service desk, 1 to 11 March 2016",
                path=LOGS / "servicenow_incidents_2016-03-01_to_11.csv.gz",
                attribution=(
                    "A cut of “Incident management process enriched event log” by Amaral, Fantinato"
                    " and Peres, UCI Machine Learning Repository no. 498, CC BY 4.0."
                ),
            )
        )
