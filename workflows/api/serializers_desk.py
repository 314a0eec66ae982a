"""Shapes of what makes working on steps quick.

Checklists, saved replies and views, the load of a team.
"""

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField, PlainField
from esm.common.api.serializers import Out


class ItemOut(Out):
    """One item of a step's checklist; an open *must* keeps the step from being finished."""

    key = serializers.CharField()
    text = serializers.CharField()
    severity = serializers.ChoiceField(choices=["must", "should"])
    help = serializers.CharField()
    done = serializers.BooleanField()
    done_at = serializers.DateTimeField(source="at", allow_null=True)
    done_by = MaybeNamedField(source="person")


class ReplyOut(Out):
    """A saved reply."""

    number = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    body = serializers.CharField()
    audience = serializers.CharField(help_text="`mine`, `team:<key>` or `everyone`.")
    author = MaybeNamedField()
    updated_at = serializers.DateTimeField()


class FilledReplyOut(Out):
    """A saved reply as it reads on one request."""

    number = serializers.IntegerField(source="reply.pk")
    name = serializers.CharField(source="reply.name")
    text = serializers.CharField()


class ViewOut(Out):
    """A saved view of a queue."""

    number = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    audience = serializers.CharField(help_text="`mine`, `team:<key>` or `everyone`.")
    queue = MaybeNamedField(help_text="Nothing where it is a view of every queue.")
    filters = PlainField(help_text="Parameters of `GET /queues/{key}`.")
    position = serializers.IntegerField(help_text="Its place among those of its audience.")
    author = MaybeNamedField()
    updated_at = serializers.DateTimeField()


class BulkResultOut(Out):
    """What became of one step."""

    request = serializers.CharField()
    visit = serializers.IntegerField()
    status = serializers.IntegerField(help_text="As the command for one would have answered.")
    code = serializers.CharField(help_text="Kind of problem; empty where it was done.")
    detail = serializers.CharField(help_text="Why not, in words; empty where it was done.")


class BulkOut(Out):
    """What became of each, in the order in which they were named."""

    results = BulkResultOut(many=True)


class SumsOut(Out):
    """Open steps; ``waiting`` stand still or wait for a decision."""

    in_hand = serializers.IntegerField()
    late = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    waiting = serializers.IntegerField()


class LoadMemberOut(Out):
    """What one person holds."""

    person = NamedField()
    lead = serializers.BooleanField()
    gone = serializers.BooleanField(help_text="No longer in the team.")
    absent = serializers.BooleanField()
    absent_until = serializers.DateTimeField(source="until", allow_null=True)
    holds = SumsOut(source="sums")


class LoadOut(Out):
    """The load of a team; its members are told to the team itself."""

    team = NamedField()
    wip_limit = serializers.IntegerField(source="team.wip_limit", allow_null=True)
    totals = SumsOut()
    queued = serializers.IntegerField()
    offered = serializers.IntegerField()
    members = LoadMemberOut(many=True)


class StrandedOut(Out):
    """A step whose holder is away or gone."""

    request = serializers.CharField(source="visit.request.ref")
    visit = serializers.IntegerField(source="visit.seq")
    stage = serializers.CharField(source="visit.stage_key")
    name = serializers.CharField(source="stage_name")
    holder = NamedField(source="visit.holder")
    absent = serializers.BooleanField()
    absent_until = serializers.DateTimeField(source="until", allow_null=True)
    clock = serializers.ChoiceField(source="verdict", choices=["ok", "risk", "late", "stop"])
