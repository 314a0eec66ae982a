"""The API: every app writes its addresses out in its own ``api/urls.py``."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from catalog.api.problems import PROBLEMS as OUTCOMES
from esm.accounts.api.problems import PROBLEMS as TOKENS
from esm.common.addresses import written_out
from esm.common.api import docs
from esm.common.api.explained import COMMON
from esm.common.api.views import Missing
from governance.api.problems import PROBLEMS as RIGHTS
from workflows.api.problems import PROBLEMS as WORK

EXPLAINED = (*COMMON, *TOKENS, *RIGHTS, *OUTCOMES, *WORK)

version_one: list[URLPattern | URLResolver] = [
    *written_out(
        "esm.accounts.api.urls",
        "esm.events.api.urls",
        "esm.notices.api.urls",
        "governance.api.urls",
        "catalog.api.urls",
        "workflows.api.urls",
        "valueflow.api.urls",
    ),
    # Also what holds the end of a line.
    re_path(r"^[\s\S]*$", Missing.as_view()),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", docs.Schema.as_view(), name="api-schema"),
    path("docs/", docs.docs, name="api-docs"),
    path("docs/problems/", docs.Problems.as_view(explained=EXPLAINED), name="api-problems"),
    path("v1/", include(version_one)),
]
