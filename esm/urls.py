"""All pages; every app writes its URLs out in its own urls.py."""

from django.urls import URLPattern, URLResolver, include, path

from esm import health
from esm.common.addresses import written_out
from esm.common.views import set_theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("theme/", set_theme, name="theme"),
    path("api/", include("esm.api_urls")),
    *written_out(
        "esm.accounts.urls",
        "esm.notices.urls",
        "governance.urls",
        "catalog.urls",
        "workflows.urls",
        "valueflow.urls",
        "demo.urls",
    ),
]

handler400 = "esm.common.views.bad_request"
handler403 = "esm.common.views.forbidden"
handler404 = "esm.common.views.not_found"
handler500 = "esm.common.views.failed"
