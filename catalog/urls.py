"""Pages on which something is found and asked for; sending it belongs to the app that runs it."""

from django.urls import path

from catalog.views import drafts, services

urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/<slug:key>/", services.service, name="service"),
    path("services/<slug:key>/start/", services.start, name="service-start"),
    path("drafts/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<uuid:draft_id>/<int:number>/", drafts.section, name="draft-section"),
    path("drafts/<uuid:draft_id>/<int:number>/refresh/", drafts.refresh, name="draft-refresh"),
    path("drafts/<uuid:draft_id>/check/", drafts.check, name="draft-check"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="draft-discard"),
    path(
        "drafts/<uuid:draft_id>/files/<int:file_id>/remove/",
        drafts.remove_file,
        name="draft-file-remove",
    ),
]
