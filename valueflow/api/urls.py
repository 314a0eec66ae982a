"""Addresses below ``/api/v1/``."""

from django.urls import path

from valueflow.api.views import FlowDecisionsView, FlowSummaryView

urlpatterns = [
    path("flow/summary", FlowSummaryView.as_view(), name="api-flow-summary"),
    path("flow/decisions", FlowDecisionsView.as_view(), name="api-flow-decisions"),
]
