"""Pages where one sees how work went."""

from django.urls import path

from valueflow.views import (
    adoption,
    critical,
    decided,
    departments,
    flow,
    logs,
    outcomes,
    questions,
    streams,
    technologies,
)

urlpatterns = [
    path("flow/", flow.dashboard, name="flow"),
    path("flow/requests/", flow.requests, name="flow-requests"),
    path("flow/figures.csv", flow.export, name="flow-export"),
    path("flow/departments/", departments.index, name="flow-departments"),
    path("flow/departments/figures.csv", departments.export, name="flow-departments-file"),
    path("flow/departments/<slug:key>/", departments.department, name="flow-department"),
    path(
        "flow/departments/<slug:key>/figures.csv", departments.export, name="flow-department-file"
    ),
    path("flow/questions/", questions.index, name="flow-questions"),
    path("flow/questions/<slug:slug>/", questions.question, name="flow-question"),
    path("flow/questions/<slug:slug>.<slug:kind>", questions.export, name="flow-question-file"),
    path("flow/decisions/", decided.dashboard, name="flow-decisions"),
    path("flow/decisions/list/", decided.listing, name="flow-decisions-list"),
    path("flow/decisions.csv", decided.export, name="flow-decisions-export"),
    path("streams/", streams.index, name="streams"),
    path("streams/<slug:key>/", streams.stream, name="stream"),
    path("objectives/", outcomes.tree, name="objectives"),
    path("measures/<slug:key>/", outcomes.measure, name="measure"),
    path("measures/<slug:key>/record/", outcomes.record, name="observation-record"),
    path("observations/<int:number>/correct/", outcomes.correct, name="observation-correct"),
    path("technology/", technologies.register, name="technologies"),
    path("technology/<slug:key>/", technologies.technology, name="technology"),
    path("technology/<slug:key>/why/<slug:benefit>/", technologies.why_not, name="technology-why"),
    path("benefits/<slug:key>/decide/", outcomes.decide, name="benefit-decide"),
    path("adoption/", adoption.index, name="adoption"),
    path("adoption/critical/", critical.index, name="critical"),
    path("adoption/critical/reason/", critical.reason, name="critical-reason"),
    path("adoption/critical/<slug:key>/rate/", critical.rate, name="critical-rate"),
    path("adoption/critical/<slug:key>/mark/", critical.mark, name="critical-mark"),
    path("adoption/critical/<slug:key>/release/", critical.release, name="critical-release"),
    path("logs/", logs.index, name="logs"),
    path("logs/new/", logs.new, name="log-new"),
    path("logs/samples/<slug:key>/", logs.use_sample, name="log-sample"),
    path("logs/<int:pk>/", logs.result, name="log"),
    path("logs/<int:pk>/columns/", logs.columns, name="log-columns"),
    path("logs/<int:pk>/progress/", logs.progress, name="log-progress"),
    path("logs/<int:pk>/left-out/", logs.left_out, name="log-left-out"),
]
