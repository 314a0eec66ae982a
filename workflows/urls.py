"""Pages where work is asked for, followed and done."""

from django.urls import path

from workflows.views import acting, again, files, home, queues, replies, requests, search

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/hints/", search.hints, name="search-hints"),
    path("drafts/<uuid:draft_id>/send/", acting.send, name="draft-send"),
    path("requests/", requests.mine, name="requests"),
    path("requests/<str:ref>/", requests.detail, name="request"),
    path("requests/<str:ref>/again/", again.again, name="request-again"),
    path("requests/<str:ref>/comments/", acting.comment, name="request-comment"),
    path("requests/<str:ref>/replies/", replies.picker, name="request-replies"),
    path("requests/<str:ref>/withdraw/", acting.withdraw, name="request-withdraw"),
    path("requests/<str:ref>/confirm/", acting.confirm, name="request-confirm"),
    path("requests/<str:ref>/share/", acting.share, name="request-share"),
    path("requests/<str:ref>/files/", files.add_file, name="request-files"),
    path("requests/<str:ref>/files/<int:seq>/", files.download, name="request-file"),
    path("requests/<str:ref>/files/<int:seq>/preview/", files.preview, name="file-preview"),
    path("requests/<str:ref>/files/<int:seq>/replace/", files.replace_file, name="file-replace"),
    path("requests/<str:ref>/files/<int:seq>/remove/", files.remove_file, name="file-remove"),
    path("requests/<str:ref>/access/", requests.access, name="request-access"),
    path("requests/<str:ref>/visits/<int:seq>/claim/", acting.claim, name="visit-claim"),
    path("requests/<str:ref>/visits/<int:seq>/release/", acting.release, name="visit-release"),
    path("requests/<str:ref>/visits/<int:seq>/complete/", acting.complete, name="visit-complete"),
    path(
        "requests/<str:ref>/visits/<int:seq>/checklist/<slug:item>/",
        acting.tick,
        name="visit-tick",
    ),
    path("requests/<str:ref>/visits/<int:seq>/pause/", acting.pause, name="visit-pause"),
    path("requests/<str:ref>/visits/<int:seq>/resume/", acting.resume, name="visit-resume"),
    path("requests/<str:ref>/handoffs/<int:seq>/accept/", acting.accept, name="handoff-accept"),
    path("requests/<str:ref>/handoffs/<int:seq>/return/", acting.give_back, name="handoff-return"),
    path("requests/<str:ref>/handoffs/<int:seq>/ask/", acting.ask, name="handoff-ask"),
    path("requests/<str:ref>/handoffs/<int:seq>/answer/", acting.answer, name="handoff-answer"),
    path("replies/", replies.saved, name="replies"),
    path("replies/new/", replies.new, name="reply-new"),
    path("replies/<int:pk>/", replies.one, name="reply"),
    path("replies/<int:pk>/remove/", replies.remove, name="reply-remove"),
    path("queue/", queues.first, name="queue"),
    path("queue/<slug:key>/", queues.queue, name="queue-team"),
]
