from django.apps import AppConfig


class ValueflowConfig(AppConfig):
    name = "valueflow"
    label = "valueflow"
    default_auto_field = "django.db.models.BigAutoField"
