"""Addresses of proposals, and of versions on their way to being agreed."""

from django.urls import path

from governance.api.views import agreeing, objections, proposals

VERSION = "model/versions/<str:code>"
OBJECTION = f"{VERSION}/objections/<int:number>"
PROPOSAL = "proposals/<int:number>"

CHANGES = [
    path("proposals", proposals.Proposals.as_view(), name="api-proposals"),
    path(PROPOSAL, proposals.ProposalView.as_view(), name="api-proposal"),
    path(f"{PROPOSAL}/open", proposals.Open.as_view(), name="api-proposal-open"),
    path(f"{PROPOSAL}/attach", proposals.Attach.as_view(), name="api-proposal-attach"),
    path(f"{PROPOSAL}/reject", proposals.Reject.as_view(), name="api-proposal-reject"),
    path(f"{PROPOSAL}/withdraw", proposals.Withdraw.as_view(), name="api-proposal-withdraw"),
    path(f"{VERSION}/review", agreeing.Review.as_view(), name="api-review"),
    path(f"{VERSION}/adoption", agreeing.Adoption.as_view(), name="api-adoption"),
    path(f"{VERSION}/submit", agreeing.Submit.as_view(), name="api-submit"),
    path(f"{VERSION}/extend", agreeing.Extend.as_view(), name="api-extend"),
    path(f"{VERSION}/end-round", agreeing.EndRound.as_view(), name="api-end-round"),
    path(f"{VERSION}/return", agreeing.Return.as_view(), name="api-return"),
    path(f"{VERSION}/publish", agreeing.Publish.as_view(), name="api-publish"),
    path(f"{VERSION}/restore", agreeing.Restore.as_view(), name="api-restore"),
    path(f"{VERSION}/answer", agreeing.Say.as_view(), name="api-answer"),
    path(f"{VERSION}/answer/withdraw", agreeing.TakeBack.as_view(), name="api-answer-withdraw"),
    path(f"{VERSION}/sign", agreeing.Sign.as_view(), name="api-sign"),
    path(f"{VERSION}/acknowledge", agreeing.Acknowledge.as_view(), name="api-acknowledge"),
    path(f"{VERSION}/objections", objections.Objections.as_view(), name="api-objections"),
    path(OBJECTION, objections.ObjectionView.as_view(), name="api-objection"),
    path(f"{OBJECTION}/test", objections.Test.as_view(), name="api-objection-test"),
    path(f"{OBJECTION}/integrate", objections.Integrate.as_view(), name="api-objection-integrate"),
    path(f"{OBJECTION}/resolve", objections.Resolve.as_view(), name="api-objection-resolve"),
    path(f"{OBJECTION}/withdraw", objections.Withdraw.as_view(), name="api-objection-withdraw"),
    path(f"{OBJECTION}/overrule", objections.Overrule.as_view(), name="api-objection-overrule"),
]
