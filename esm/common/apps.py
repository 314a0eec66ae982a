from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings

from esm.common import clock


class CommonConfig(AppConfig):
    name = "esm.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        clock.set_step(timedelta(seconds=settings.CLOCK_STEP_S))
