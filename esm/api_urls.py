"""The API: every app writes its addresses out in its own ``api/urls.py``."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from esm.common.api.views import Missing

version_one: list[URLPattern | URLResolver] = [
    path("", include("esm.accounts.api.urls")),
    path("", include("governance.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("workflows.api.urls")),
    path("", include("valueflow.api.urls")),
    re_path(r"^.*$", Missing.as_view()),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("v1/", include(version_one)),
]
