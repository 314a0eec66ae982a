"""The catalogue of what people are told about requests.

A rule in ``announce.py`` needs its kind here, under the same key.
"""

from django.utils.translation import gettext_lazy as _

from esm.notices.choices import Group, Mail
from esm.notices.registries import Kind
from workflows.services.decision_notices import FOR_YOU

# What followers are told, whatever happened.
MOVED = "request.moved"

KINDS = (
    Kind(
        "decision.opened",
        _("A decision waits for you"),
        Group.NEEDS,
        mutable=False,
        urgent=True,
    ),
    Kind("decision.opinion_asked", _("Your opinion on a decision is asked"), Group.NEEDS),
    Kind("decision.opinion_given", _("Somebody said their opinion on your decision"), Group.NEEDS),
    Kind("handoff.offered", _("Work is offered to your team"), Group.NEEDS, per_team=True),
    Kind("handoff.returned", _("Your work came back with a reason"), Group.NEEDS, per_team=True),
    Kind(
        "handoff.clarification_asked",
        _("Another team asks before it accepts"),
        Group.NEEDS,
        mutable=False,
        per_team=True,
    ),
    Kind("handoff.clarified", _("Your question was answered"), Group.NEEDS, per_team=True),
    Kind(
        "clock.breached",
        _("Work in your hands is late"),
        Group.NEEDS,
        urgent=True,
        per_team=True,
    ),
    Kind(
        "clock.warned",
        _("Work in your hands is nearly late"),
        Group.NEEDS,
        mail=Mail.NONE,
        urgent=True,
        per_team=True,
    ),
    Kind(
        "clock.escalated",
        _("A clock comes to you because nobody acted in time"),
        Group.NEEDS,
        urgent=True,
        per_team=True,
        blind=True,
    ),
    Kind("visit.assigned", _("Work was given to you"), Group.NEEDS, per_team=True),
    Kind("work.stopped", _("Your work session was closed at the end of the day"), Group.FOLLOWS),
    Kind("task.reassigned", _("Work went to somebody else"), Group.NEEDS, per_team=True),
    Kind("follow_up.came", _("The day to follow up has come"), Group.NEEDS, per_team=True),
    Kind(
        "handoff.escalated",
        _("Nobody answers, or it came back too often"),
        Group.NEEDS,
        mutable=False,
        urgent=True,
        blind=True,
    ),
    Kind("request.waiting", _("A question waits for your answer"), Group.NEEDS, mutable=False),
    Kind("visit.answered", _("A requester answered your question"), Group.NEEDS, per_team=True),
    Kind("request.nudged", _("Somebody reminds you"), Group.NEEDS, urgent=True, per_team=True),
    Kind("request.reopened", _("Finished work came back"), Group.NEEDS, per_team=True),
    Kind("comment.mentioned", _("Somebody mentions you in a message"), Group.NEEDS),
    Kind("comment.added", _("A message on a request you take part in"), Group.FOLLOWS),
    Kind("decision.decided", _("Your request was decided on"), Group.FOLLOWS),
    Kind("visit.consulted", _("Your view is asked on work"), Group.NEEDS),
    Kind("visit.informed", _("Work came as far as you are told of"), Group.FOLLOWS, blind=True),
    Kind(FOR_YOU, _("Something was decided for you while you were away"), Group.FOLLOWS),
    Kind("decision.deferred", _("The decision on your request waits"), Group.FOLLOWS),
    Kind("request.asked_for", _("Somebody asked on your behalf"), Group.FOLLOWS),
    Kind("request.fulfilled", _("Your request is done"), Group.FOLLOWS),
    Kind(MOVED, _("A request you follow moves on"), Group.FOLLOWS, mail=Mail.DIGEST),
)
