"""How a clock came to its figures, as the API tells it."""

from typing import get_args

from rest_framework import serializers

from esm.common.api.fields import DurationField
from esm.common.api.serializers import Out
from governance.blueprint.kinds.workflows import Doing
from workflows.api.serializers import ClockOut


class LineOut(Out):
    """An open stretch that was counted, and what had elapsed after it."""

    since = serializers.DateTimeField(source="start")
    until = serializers.DateTimeField(source="end")
    counted = DurationField(source="seconds")
    total = DurationField()


class SpanOut(Out):
    """A span that ran or stood still; ``lines`` add up to ``counted`` where it ran."""

    kind = serializers.ChoiceField(choices=["run", "still"], source="span.kind")
    since = serializers.DateTimeField(source="span.start")
    until = serializers.DateTimeField(source="span.end")
    open = serializers.BooleanField(help_text="It goes on; until is now.")
    counted = DurationField(source="span.seconds", help_text="Open seconds of the calendar in it.")
    target = DurationField(source="span.target_s")
    calendar = serializers.CharField(source="span.calendar")
    counted_by = serializers.CharField(
        source="span.counted_by", help_text="Hash of the content of the calendar that counted."
    )
    generation = serializers.IntegerField(source="span.generation")
    reason = serializers.CharField(source="span.why")
    party = serializers.CharField(source="span.party")
    lines = LineOut(many=True)


class PauseOut(Out):
    """What stood still for one reason and party, in all."""

    reason = serializers.SerializerMethodField()
    party = serializers.SerializerMethodField()
    open_hours = serializers.SerializerMethodField()
    wall = serializers.SerializerMethodField()

    def get_reason(self, row: tuple[str, str, int, int]) -> str:
        """Why."""
        return row[0]

    def get_party(self, row: tuple[str, str, int, int]) -> str:
        """For whom."""
        return row[1]

    def get_open_hours(self, row: tuple[str, str, int, int]) -> int:
        """Seconds the calendar was open."""
        return row[2]

    def get_wall(self, row: tuple[str, str, int, int]) -> int:
        """Seconds on the wall."""
        return row[3]


class MomentOut(Out):
    """A warning, the deadline or a rung of the ladder: when it came or will come, who hears."""

    kind = serializers.ChoiceField(choices=["warn", "rung", "breach"])
    when = serializers.CharField(help_text="percent, before or after; empty for the deadline.")
    amount = serializers.IntegerField(help_text="A percentage, or business seconds.")
    after = DurationField(source="at_s")
    reached_at = serializers.DateTimeField(source="fired_at", allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    to = serializers.ListField(child=serializers.CharField())


class RuleOut(Out):
    """The element of the model that sets something; empty where the model says nothing."""

    kind = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()


class EventRuleOut(Out):
    """A rule of the policy by which events of the request move the clock."""

    number = serializers.IntegerField(help_text="Its place in the policy, from 1.")
    does = serializers.ChoiceField(choices=list(get_args(Doing)))
    event = serializers.CharField(help_text="The type of the event.")
    stage = serializers.CharField(help_text="The step at which it must happen; empty for any.")
    when = serializers.CharField(help_text="The condition in words; empty for always.")
    at = serializers.ListField(
        child=serializers.DateTimeField(), help_text="When it moved this clock."
    )


class ClockDetailOut(ClockOut):
    """A clock with every span, the rule, the calendar and the arithmetic."""

    generation = serializers.IntegerField(source="row.generation")
    version = serializers.CharField()
    rule = RuleOut()
    policy = RuleOut()
    zone = serializers.CharField(source="calendar_zone")
    exceptions = serializers.ListField(
        child=serializers.DateField(), source="days_off", help_text="Days unlike the week."
    )
    spans = SpanOut(many=True)
    pauses = PauseOut(many=True)
    moments = MomentOut(many=True)
    rules = EventRuleOut(many=True)
