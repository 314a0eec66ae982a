"""Addresses below ``/api/v1/``."""

from django.urls import path

from catalog.api import articles, measures, searches, templates
from catalog.api.views import Offerings, OfferingView, ServicePin, Services, ServiceView

urlpatterns = [
    path("services", Services.as_view(), name="api-services"),
    path("services/<str:key>", ServiceView.as_view(), name="api-service"),
    path("services/<str:key>/pin", ServicePin.as_view(), name="api-service-pin"),
    path("offerings", Offerings.as_view(), name="api-offerings"),
    path("offerings/<str:key>", OfferingView.as_view(), name="api-offering"),
    path("templates", templates.Templates.as_view(), name="api-templates"),
    path("templates/<int:number>", templates.TemplateView.as_view(), name="api-template"),
    path(
        "measures/<str:key>/observations",
        measures.Observations.as_view(),
        name="api-observations",
    ),
    path("observations/<int:number>", measures.ObservationView.as_view(), name="api-observation"),
    path(
        "observations/<int:number>/correct",
        measures.Correct.as_view(),
        name="api-observation-correct",
    ),
    path("articles", articles.Articles.as_view(), name="api-articles"),
    path("articles/<int:number>", articles.ArticleView.as_view(), name="api-article"),
    path("articles/<int:number>/publish", articles.Publish.as_view(), name="api-article-publish"),
    path("articles/<int:number>/review", articles.Review.as_view(), name="api-article-review"),
    path("articles/<int:number>/retire", articles.Retire.as_view(), name="api-article-retire"),
    path("articles/<int:number>/helpful", articles.Helpful.as_view(), name="api-article-helpful"),
    path(
        "articles/<int:number>/versions",
        articles.ArticleVersions.as_view(),
        name="api-article-versions",
    ),
    path(
        "articles/<int:number>/versions/<int:version>",
        articles.ArticleVersionView.as_view(),
        name="api-article-version",
    ),
    path("searches", searches.Searches.as_view(), name="api-searches"),
    path("searches/dismiss", searches.Dismiss.as_view(), name="api-search-dismiss"),
    path("searches/restore", searches.Restore.as_view(), name="api-search-restore"),
    path("searches/synonym", searches.Synonym.as_view(), name="api-search-synonym"),
]
