"""Addresses below ``/api/v1/``."""

from django.urls import path

from catalog.api import searches
from catalog.api.views import Offerings, OfferingView, ServicePin, Services, ServiceView

urlpatterns = [
    path("services", Services.as_view(), name="api-services"),
    path("services/<str:key>", ServiceView.as_view(), name="api-service"),
    path("services/<str:key>/pin", ServicePin.as_view(), name="api-service-pin"),
    path("offerings", Offerings.as_view(), name="api-offerings"),
    path("offerings/<str:key>", OfferingView.as_view(), name="api-offering"),
    path("searches", searches.Searches.as_view(), name="api-searches"),
    path("searches/dismiss", searches.Dismiss.as_view(), name="api-search-dismiss"),
    path("searches/restore", searches.Restore.as_view(), name="api-search-restore"),
    path("searches/synonym", searches.Synonym.as_view(), name="api-search-synonym"),
]
