"""Shapes of opportunities, and of problems as their owners answer to them."""

from typing import Any, ClassVar

from rest_framework import serializers

from esm.common.api.fields import NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.models import ChangeProposal
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors.improvements import STATES, Opportunity
from valueflow.selectors.problem_kinds import MAX_KEY
from valueflow.services.improvements import MAX_DAYS, MAX_REASON, MAX_TEXT, MAX_TITLE, MAX_VOLUME
from valueflow.services.stream_problems import MAX_NOTE

State = ImprovementOpportunity.State
# Where somebody moves it to; *triaged* comes of what is said in its judgement.
TARGETS = ("accepted", "in_progress", "implemented", "verified", "closed", "parked", "rejected")


class ImprovementsQuery(PageQuery):
    """Which opportunities."""

    state = serializers.ChoiceField(choices=STATES, default="open", required=False)


class ImprovementOut(Out):
    """Something that could be better; figures are null while an owner has time to answer first."""

    moving: ClassVar[tuple[str, ...]] = ()

    number = serializers.IntegerField(source="row.pk")
    ref = serializers.CharField(source="row.ref")
    title = serializers.CharField(source="row.title")
    text = serializers.CharField(source="row.text")
    stream = serializers.CharField(source="row.stream_key")
    state = serializers.ChoiceField(source="row.state", choices=State.choices)
    next = serializers.ListField(
        child=serializers.CharField(), help_text="The states it may go to from here."
    )
    problem = serializers.IntegerField(
        source="row.problem_id", allow_null=True, help_text="The problem that it was raised from."
    )
    evidence = serializers.JSONField(help_text="What was seen when it was raised.")
    days = serializers.SerializerMethodField(help_text="Business days it saves a request.")
    volume = serializers.SerializerMethodField(help_text="Requests a quarter that it concerns.")
    money = serializers.SerializerMethodField(help_text="What it saves a year.")
    effort = serializers.IntegerField(source="row.effort", allow_null=True, help_text="1 to 5.")
    kind = serializers.CharField(source="row.kind")
    owner = NamedField(source="row.owner", allow_null=True)
    raised_by = NamedField(source="row.raised_by")
    raised_at = serializers.DateTimeField(source="row.raised_at")
    started_at = serializers.DateTimeField(source="row.started_at", allow_null=True)
    implemented_at = serializers.DateTimeField(source="row.implemented_at", allow_null=True)
    verified_at = serializers.DateTimeField(source="row.verified_at", allow_null=True)
    reason = serializers.CharField(source="row.reason")
    result = serializers.SerializerMethodField(help_text="Before and since, and the verdict.")
    proposal = serializers.IntegerField(source="row.proposal.number", default=None, allow_null=True)

    def get_days(self, one: Opportunity) -> str | None:
        return None if one.secret or one.row.days is None else str(one.row.days)

    def get_money(self, one: Opportunity) -> str | None:
        return None if one.secret or one.row.money is None else str(one.row.money)

    def get_volume(self, one: Opportunity) -> int | None:
        return None if one.secret else one.row.volume

    def get_result(self, one: Opportunity) -> dict[str, Any] | None:
        return None if one.secret or not one.row.result else dict(one.row.result)


class ImprovementIn(Strict):
    """What could be better in a stream, or the key of a problem that shows it."""

    problem = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_KEY,
        help_text="From `/flow/problems`; then the rest is taken from it.",
    )  # fmt: skip
    stream = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    title = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_TITLE
    )
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_TEXT)


class JudgedIn(Strict):
    """What it would bring and take, and whose it is."""

    days = serializers.DecimalField(
        max_digits=8, decimal_places=2, max_value=MAX_DAYS, help_text="A request."
    )
    volume = serializers.IntegerField(max_value=MAX_VOLUME, help_text="Requests a quarter.")
    effort = serializers.IntegerField(help_text="From 1, done in days, to 5, a large project.")
    kind = serializers.ChoiceField(choices=ChangeProposal.Kind.choices)
    owner = serializers.CharField(max_length=100, help_text="A person's key.")
    money = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, allow_null=True, default=None,
        help_text="What it saves a year.",
    )  # fmt: skip


class MovedIn(Strict):
    """Where it goes."""

    to = serializers.ChoiceField(choices=TARGETS)
    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Needed to park it and to turn it down.",
    )  # fmt: skip


class KeptProblemOut(Out):
    """A problem as the owner of its stream was shown it, and what was said of it."""

    moving: ClassVar[tuple[str, ...]] = ()

    number = serializers.IntegerField(source="pk")
    key = serializers.CharField()
    kind = serializers.CharField()
    stream = serializers.CharField(source="stream_key")
    found_at = serializers.DateTimeField()
    answer_until = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=StreamProblem.State.choices)
    note = serializers.CharField(help_text="What its owner says of it.")
    answered_by = NamedField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(help_text="What came of a dispute.")
    settled_by = NamedField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)


class ProblemAnswerIn(Strict):
    """Whether it is so."""

    disputed = serializers.BooleanField(help_text="Then the note says why.")
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_NOTE)


class ProblemSettledIn(Strict):
    """What came of a dispute."""

    outcome = serializers.CharField(max_length=MAX_NOTE)
