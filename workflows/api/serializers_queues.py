"""Queues as the API tells them."""

from rest_framework import serializers

from esm.common.api.fields import DurationField, MaybeNamedField, NamedField
from esm.common.api.serializers import Out
from workflows.models import StageVisit


class QueueOut(Out):
    """A team and how much each view of its queue holds."""

    team = NamedField(source="*")
    department = NamedField()
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="By view; 1001 stands for more than a thousand."
    )
    url = serializers.CharField()


class QueueClockOut(Out):
    """A clock of a row: what is left, and until when."""

    metric = serializers.CharField()
    state = serializers.CharField()
    verdict = serializers.CharField()
    left = DurationField(source="left_s")
    due_at = serializers.DateTimeField(allow_null=True)


class QueueRowOut(Out):
    """One piece of work of the team, that which ends soonest first."""

    request = serializers.CharField(source="visit.request.ref")
    title = serializers.CharField(source="visit.request.title")
    service = NamedField(source="visit.request.service")
    visit = serializers.IntegerField(source="visit.seq")
    stage = serializers.CharField(source="visit.stage_key")
    name = serializers.CharField(source="stage_name")
    state = serializers.ChoiceField(choices=StageVisit.State.choices, source="visit.state")
    priority = serializers.CharField(
        source="visit.request.priority",
        help_text="A key of what was asked for; empty is as usual.",
    )
    holder = MaybeNamedField(source="visit.holder")
    handoff = serializers.IntegerField(source="visit.handoff.seq", default=None, allow_null=True)
    giver = MaybeNamedField()
    returns = serializers.IntegerField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Why it stands where it stands, in words."
    )
    entered_at = serializers.DateTimeField(source="visit.entered_at")
    follow_up_at = serializers.DateTimeField(source="visit.follow_up_at", allow_null=True)
    ours = QueueClockOut(allow_null=True)
    promise = QueueClockOut(allow_null=True)
