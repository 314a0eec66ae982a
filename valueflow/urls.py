"""Pages where one sees how work went."""

from django.urls import path

from valueflow.views import decided, flow, logs, streams

urlpatterns = [
    path("flow/", flow.dashboard, name="flow"),
    path("flow/requests/", flow.requests, name="flow-requests"),
    path("flow/figures.csv", flow.export, name="flow-export"),
    path("flow/decisions/", decided.dashboard, name="flow-decisions"),
    path("flow/decisions/list/", decided.listing, name="flow-decisions-list"),
    path("flow/decisions.csv", decided.export, name="flow-decisions-export"),
    path("streams/", streams.index, name="streams"),
    path("streams/<slug:key>/", streams.stream, name="stream"),
    path("logs/", logs.index, name="logs"),
    path("logs/new/", logs.new, name="log-new"),
    path("logs/samples/<slug:key>/", logs.use_sample, name="log-sample"),
    path("logs/<int:pk>/", logs.result, name="log"),
    path("logs/<int:pk>/columns/", logs.columns, name="log-columns"),
    path("logs/<int:pk>/progress/", logs.progress, name="log-progress"),
    path("logs/<int:pk>/left-out/", logs.left_out, name="log-left-out"),
]
