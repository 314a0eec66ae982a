"""Addresses below ``/api/v1/``."""

from django.urls import path

from governance.api.views import (
    absences,
    day_imports,
    decisions,
    delegations,
    effects,
    evidence,
    me,
    model,
    people,
    programs,
    rates,
    role_cards,
    teams,
    tokens,
    webhooks,
)

PERSON = "people/<slug:key>"
WEBHOOK = "webhooks/<slug:key>"
DELEGATION = "delegations/<int:number>"
PROGRAM = "programs/<slug:key>"
ACCOUNT = f"{PERSON}/accounts/<int:number>"

urlpatterns = [
    path("me", me.Me.as_view(), name="api-me"),
    path("tokens", tokens.Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:prefix>", tokens.Token.as_view(), name="api-token"),
    path("tokens/<str:prefix>/end", tokens.End.as_view(), name="api-token-end"),
    path("programs", programs.Programs.as_view(), name="api-programs"),
    path(PROGRAM, programs.ProgramView.as_view(), name="api-program"),
    path(f"{PROGRAM}/end", programs.End.as_view(), name="api-program-end"),
    path(f"{PROGRAM}/tokens", programs.Tokens.as_view(), name="api-program-tokens"),
    path(
        f"{PROGRAM}/tokens/<str:prefix>/end",
        programs.EndToken.as_view(),
        name="api-program-token-end",
    ),
    path("decisions", decisions.Decisions.as_view(), name="api-decisions"),
    path("decisions/<str:ref>/<int:seq>", decisions.DecisionView.as_view(), name="api-decision"),
    path(
        "decisions/<str:ref>/<int:seq>/withdraw-vote",
        decisions.WithdrawVote.as_view(),
        name="api-decision-withdraw",
    ),
    path(
        "decisions/<str:ref>/<int:seq>/reverse",
        decisions.Reverse.as_view(),
        name="api-decision-reverse",
    ),
    path(
        "decisions/<str:ref>/<int:seq>/defer",
        decisions.Defer.as_view(),
        name="api-decision-defer",
    ),
    path(
        "decisions/<str:ref>/<int:seq>/evidence",
        evidence.DecisionEvidence.as_view(),
        name="api-decision-evidence",
    ),
    path(
        "decisions/<str:ref>/<int:seq>/decide",
        decisions.Decide.as_view(),
        name="api-decision-decide",
    ),
    path("delegations", delegations.Delegations.as_view(), name="api-delegations"),
    path(DELEGATION, delegations.DelegationView.as_view(), name="api-delegation"),
    path(f"{DELEGATION}/accept", delegations.Accept.as_view(), name="api-delegation-accept"),
    path(f"{DELEGATION}/decline", delegations.Decline.as_view(), name="api-delegation-decline"),
    path(f"{DELEGATION}/end", delegations.End.as_view(), name="api-delegation-end"),
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
    path("people", people.People.as_view(), name="api-people"),
    path("people-file", people.PeopleFile.as_view(), name="api-people-file"),
    path(PERSON, people.PersonView.as_view(), name="api-person"),
    path(f"{PERSON}/in-hand", people.InHand.as_view(), name="api-person-in-hand"),
    path(f"{PERSON}/leave", people.Leave.as_view(), name="api-person-leave"),
    path(f"{PERSON}/come-back", people.ComeBack.as_view(), name="api-person-back"),
    path(f"{PERSON}/accounts", people.Accounts.as_view(), name="api-accounts"),
    path(ACCOUNT, people.Account.as_view(), name="api-account"),
    path(f"{ACCOUNT}/password", people.Password.as_view(), name="api-password"),
    path("teams", teams.Teams.as_view(), name="api-teams"),
    path("teams/<slug:key>/members", teams.Members.as_view(), name="api-members"),
    path("memberships/<int:number>", teams.MembershipView.as_view(), name="api-membership"),
    path("roles", teams.Roles.as_view(), name="api-roles"),
    path("roles/<slug:key>/card", role_cards.RoleCard.as_view(), name="api-role-card"),
    path("roles/<slug:key>/holders", teams.Holders.as_view(), name="api-holders"),
    path("holdings/<int:number>", teams.Holding.as_view(), name="api-holding"),
    path("rates", rates.Rates.as_view(), name="api-rates"),
    path("absences", absences.Absences.as_view(), name="api-absences"),
    path("absences/<int:number>", absences.AbsenceView.as_view(), name="api-absence"),
    path("effects", effects.Effects.as_view(), name="api-effects"),
    path("effects/retry", effects.Retry.as_view(), name="api-effects-retry"),
    path("effects/discard", effects.Discard.as_view(), name="api-effects-discard"),
    path("calendars", absences.Calendars.as_view(), name="api-calendars"),
    path("calendars/<slug:key>/days", absences.Days.as_view(), name="api-days"),
    path("calendars/<slug:key>/days/<str:day>", absences.Day.as_view(), name="api-day"),
    path("webhooks", webhooks.Webhooks.as_view(), name="api-webhooks"),
    path("webhook-types", webhooks.EventTypes.as_view(), name="api-webhook-types"),
    path(WEBHOOK, webhooks.Webhook.as_view(), name="api-webhook"),
    path(f"{WEBHOOK}/rotate", webhooks.Rotate.as_view(), name="api-webhook-rotate"),
    path(f"{WEBHOOK}/pause", webhooks.Pause.as_view(), name="api-webhook-pause"),
    path(f"{WEBHOOK}/resume", webhooks.Resume.as_view(), name="api-webhook-resume"),
    path(f"{WEBHOOK}/test", webhooks.Test.as_view(), name="api-webhook-test"),
    path(f"{WEBHOOK}/replay", webhooks.Replay.as_view(), name="api-webhook-replay"),
    path(f"{WEBHOOK}/messages", webhooks.Messages.as_view(), name="api-webhook-messages"),
    path(
        f"{WEBHOOK}/messages/<int:number>/replay",
        webhooks.ReplayMessage.as_view(),
        name="api-webhook-again",
    ),
    path(
        "calendars/<slug:key>/imports", day_imports.Imports.as_view(), name="api-calendar-imports"
    ),
    path(
        "calendars/<slug:key>/imports/<int:number>",
        day_imports.Import.as_view(),
        name="api-calendar-import",
    ),
]
