"""All pages; every app writes its URLs out in its own urls.py."""

from django.urls import URLPattern, URLResolver, path

from esm import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
