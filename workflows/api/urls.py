"""Addresses below ``/api/v1/``."""

from django.urls import path

from workflows.api.views import (
    acting,
    again,
    bulk,
    files,
    following,
    parts,
    queues,
    replies,
    requests,
    saved_views,
    search,
)

ONE = "requests/<str:ref>"
VISIT = f"{ONE}/visits/<int:seq>"
HANDOFF = f"{ONE}/handoffs/<int:seq>"
DECISION = f"{ONE}/decisions/<int:seq>"
FILE = f"{ONE}/files/<int:seq>"

urlpatterns = [
    path("search", search.Search.as_view(), name="api-search"),
    path("requests", requests.Requests.as_view(), name="api-requests"),
    path("requests/bulk", bulk.Bulk.as_view(), name="api-requests-bulk"),
    path(ONE, requests.RequestView.as_view(), name="api-request"),
    path(f"{ONE}/envelope", requests.EnvelopeView.as_view(), name="api-envelope"),
    path(f"{ONE}/withdraw", requests.Withdraw.as_view(), name="api-withdraw"),
    path(f"{ONE}/confirm", requests.Confirm.as_view(), name="api-confirm"),
    path(f"{ONE}/share", requests.Share.as_view(), name="api-share"),
    path(f"{ONE}/again", again.Again.as_view(), name="api-again"),
    path(f"{ONE}/comments", parts.Comments.as_view(), name="api-comments"),
    path(f"{ONE}/comments/<int:seq>", following.Comment.as_view(), name="api-comment"),
    path(f"{ONE}/notes/<int:seq>", following.Note.as_view(), name="api-note"),
    path(f"{ONE}/nudge", following.Nudge.as_view(), name="api-nudge"),
    path(f"{ONE}/reopen", following.Reopen.as_view(), name="api-reopen"),
    path(f"{ONE}/pulse", following.Pulse.as_view(), name="api-pulse"),
    path(f"{VISIT}/answer", following.AnswerQuestion.as_view(), name="api-visit-answer"),
    path(f"{ONE}/files", files.Files.as_view(), name="api-files"),
    path(FILE, files.File.as_view(), name="api-file"),
    path(f"{FILE}/replace", files.FileReplace.as_view(), name="api-file-replace"),
    path(f"{FILE}/preview", files.FilePreview.as_view(), name="api-file-preview"),
    path(f"{FILE}/content", files.FileContent.as_view(), name="api-file-content"),
    path(f"{ONE}/clocks", parts.Clocks.as_view(), name="api-clocks"),
    path(f"{ONE}/events", parts.Events.as_view(), name="api-events"),
    path(f"{ONE}/visits", parts.Visits.as_view(), name="api-visits"),
    path(VISIT, parts.Visit.as_view(), name="api-visit"),
    path(f"{VISIT}/claim", acting.Claim.as_view(), name="api-visit-claim"),
    path(f"{VISIT}/release", acting.Release.as_view(), name="api-visit-release"),
    path(f"{VISIT}/complete", acting.Complete.as_view(), name="api-visit-complete"),
    path(f"{VISIT}/checklist/<str:item>", acting.Tick.as_view(), name="api-visit-tick"),
    path(f"{VISIT}/follow-up", acting.FollowUp.as_view(), name="api-visit-follow-up"),
    path(f"{VISIT}/work/start", acting.StartWork.as_view(), name="api-visit-work-start"),
    path(f"{VISIT}/work/stop", acting.StopWork.as_view(), name="api-visit-work-stop"),
    path(f"{VISIT}/pause", acting.Pause.as_view(), name="api-visit-pause"),
    path(f"{VISIT}/resume", acting.Resume.as_view(), name="api-visit-resume"),
    path(f"{ONE}/handoffs", parts.Handoffs.as_view(), name="api-handoffs"),
    path(HANDOFF, parts.Handoff.as_view(), name="api-handoff"),
    path(f"{HANDOFF}/accept", acting.Accept.as_view(), name="api-handoff-accept"),
    path(f"{HANDOFF}/return", acting.Return.as_view(), name="api-handoff-return"),
    path(f"{HANDOFF}/ask", acting.Ask.as_view(), name="api-handoff-ask"),
    path(f"{HANDOFF}/answer", acting.Answer.as_view(), name="api-handoff-answer"),
    path(f"{ONE}/decisions", parts.Decisions.as_view(), name="api-request-decisions"),
    path(DECISION, parts.DecisionOfRequest.as_view(), name="api-request-decision"),
    path(f"{DECISION}/decide", parts.DecideOnRequest.as_view(), name="api-request-decide"),
    path(f"{ONE}/replies", replies.RepliesOfRequest.as_view(), name="api-request-replies"),
    path("replies", replies.Replies.as_view(), name="api-replies"),
    path("replies/<int:number>", replies.Reply.as_view(), name="api-reply"),
    path("views", saved_views.Views.as_view(), name="api-views"),
    path("views/<int:number>", saved_views.View.as_view(), name="api-view"),
    path("views/<int:number>/move", saved_views.ViewMove.as_view(), name="api-view-move"),
    path("queues", queues.Queues.as_view(), name="api-queues"),
    path("queues/<str:key>", queues.Queue.as_view(), name="api-queue"),
]
