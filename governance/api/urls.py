"""Addresses below ``/api/v1/``."""

from django.urls import path

from governance.api.views import decisions, me, model

urlpatterns = [
    path("me", me.Me.as_view(), name="api-me"),
    path("decisions", decisions.Decisions.as_view(), name="api-decisions"),
    path("decisions/<str:ref>/<int:seq>", decisions.DecisionView.as_view(), name="api-decision"),
    path(
        "decisions/<str:ref>/<int:seq>/decide",
        decisions.Decide.as_view(),
        name="api-decision-decide",
    ),
    path("who-decides", decisions.WhoDecides.as_view(), name="api-who-decides"),
    path("model/versions", model.Versions.as_view(), name="api-versions"),
    path("model/versions/<str:code>", model.Version.as_view(), name="api-version"),
    path("model/versions/<str:code>/elements", model.Elements.as_view(), name="api-elements"),
    path(
        "model/versions/<str:code>/elements/<str:kind>/<str:key>",
        model.Element.as_view(),
        name="api-element",
    ),
    path("model/versions/<str:code>/diff", model.Diff.as_view(), name="api-diff"),
    path("model/kinds", model.Kinds.as_view(), name="api-kinds"),
    path("model/kinds/<str:kind>", model.Kind.as_view(), name="api-kind"),
]
