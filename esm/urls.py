"""All pages; every app writes its URLs out in its own urls.py."""

from django.urls import URLPattern, URLResolver, include, path

from esm import health
from esm.common.views import set_theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("theme/", set_theme, name="theme"),
    path("api/", include("esm.api_urls")),
    path("", include("esm.accounts.urls")),
    path("", include("esm.notices.urls")),
    path("", include("governance.urls")),
    path("", include("catalog.urls")),
    path("", include("workflows.urls")),
    path("", include("valueflow.urls")),
    path("", include("demo.urls")),
]

handler400 = "esm.common.views.bad_request"
handler403 = "esm.common.views.forbidden"
handler404 = "esm.common.views.not_found"
handler500 = "esm.common.views.failed"
