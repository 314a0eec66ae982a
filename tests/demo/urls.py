"""All pages and those that only a demo has."""

from django.urls import include, path

urlpatterns = [path("", include("demo.urls")), path("", include("esm.urls"))]
