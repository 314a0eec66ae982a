"""Addresses below ``/api/v1/``."""

from django.urls import path

from valueflow.api.views import FlowSummaryView

urlpatterns = [path("flow/summary", FlowSummaryView.as_view(), name="api-flow-summary")]
