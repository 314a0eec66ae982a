"""The Celery application: queues and the whole beat schedule."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.dev")
app = Celery("esm")
app.autodiscover_tasks()
