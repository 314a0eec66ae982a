"""Pages on which something is found and asked for; sending it belongs to the app that runs it."""

from django.urls import path

from catalog.views import articles, drafts, searches, services, templates, writing

urlpatterns = [
    path("search/suggestions/", searches.suggestions, name="search-suggestions"),
    path("knowledge/", articles.knowledge, name="knowledge"),
    path("knowledge/new/", writing.new, name="article-new"),
    path("knowledge/<int:number>/", articles.article, name="article"),
    path("knowledge/<int:number>/edit/", writing.edit, name="article-edit"),
    path("knowledge/<int:number>/publish/", articles.publish, name="article-publish"),
    path("knowledge/<int:number>/review/", articles.review, name="article-review"),
    path("knowledge/<int:number>/retire/", articles.retire, name="article-retire"),
    path("knowledge/<int:number>/helpful/", articles.helpful, name="article-helpful"),
    path("knowledge/<int:number>/history/", articles.history, name="article-history"),
    path(
        "knowledge/<int:number>/versions/<int:version>/",
        articles.version,
        name="article-version",
    ),
    path("searches/", searches.searches, name="searches"),
    path("searches/dismiss/", searches.dismiss, name="search-dismiss"),
    path("searches/restore/", searches.restore, name="search-restore"),
    path("searches/synonym/", searches.synonym, name="search-synonym"),
    path("services/", services.services, name="services"),
    path("services/<slug:key>/", services.service, name="service"),
    path("services/<slug:key>/start/", services.start, name="service-start"),
    path("services/<slug:key>/pin/", services.pin, name="service-pin"),
    path("services/<slug:key>/unpin/", services.unpin, name="service-unpin"),
    path("templates/", templates.templates, name="templates"),
    path("templates/<int:number>/start/", templates.start, name="template-start"),
    path("templates/<int:number>/remove/", templates.remove, name="template-remove"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<uuid:draft_id>/for/", drafts.for_whom, name="draft-for"),
    path("drafts/<uuid:draft_id>/<int:number>/", drafts.section, name="draft-section"),
    path("drafts/<uuid:draft_id>/<int:number>/refresh/", drafts.refresh, name="draft-refresh"),
    path("drafts/<uuid:draft_id>/<int:number>/save/", drafts.save, name="draft-save"),
    path("drafts/<uuid:draft_id>/templates/", templates.keep, name="draft-template"),
    path("drafts/<uuid:draft_id>/check/", drafts.check, name="draft-check"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="draft-discard"),
    path("drafts/<uuid:draft_id>/restore/", drafts.restore, name="draft-restore"),
    path(
        "drafts/<uuid:draft_id>/files/<int:file_id>/remove/",
        drafts.remove_file,
        name="draft-file-remove",
    ),
]
