"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from esm.celery import app as celery_app
from esm.common.postgresql import limits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.dev")
limits.use(limits.WEB)
# The tasks that pages wake are published by this Celery application.
__all__ = ["application", "celery_app"]

application = get_wsgi_application()
