"""Pages about decisions and about the model they are made under."""

from django.urls import path

from governance.views import decisions, model, who

urlpatterns = [
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/<int:pk>/decide/", decisions.decide, name="decision-decide"),
    path("who-decides/", who.who, name="who-decides"),
    path("model/", model.model, name="model"),
    path("model/<str:code>/", model.version, name="model-version"),
    path("model/<str:code>/<slug:folder>/", model.kind, name="model-kind"),
    path("model/<str:code>/<slug:folder>/<slug:key>/", model.element, name="model-element"),
]
