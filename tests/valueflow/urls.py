"""The addresses of the whole portal with those of this app, for its tests alone."""

from django.urls import include, path

from esm.urls import urlpatterns as portal

urlpatterns = [
    path("", include("valueflow.urls")),
    path("api/v1/", include("valueflow.api.urls")),
    *portal,
]
