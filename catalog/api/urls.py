"""Addresses below ``/api/v1/``."""

from django.urls import path

from catalog.api.views import Offerings, OfferingView, Services, ServiceView

urlpatterns = [
    path("services", Services.as_view(), name="api-services"),
    path("services/<str:key>", ServiceView.as_view(), name="api-service"),
    path("offerings", Offerings.as_view(), name="api-offerings"),
    path("offerings/<str:key>", OfferingView.as_view(), name="api-offering"),
]
