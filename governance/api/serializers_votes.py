"""Votes of several who decide together, over REST."""

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.serializers import Out, Strict
from governance.models import Vote
from governance.selectors.voting import VoterRow


class VoterOut(Out):
    """One of several who decide an open decision; ``choice`` is empty until they vote."""

    person = NamedField(source="seat.person")
    role = serializers.CharField(source="seat.role_key")
    stands_in_for = MaybeNamedField(source="seat.stands_in_for")
    choice = serializers.SerializerMethodField()

    def get_choice(self, row: VoterRow) -> str:
        return row.vote.choice if row.vote else ""


class VoteOut(Out):
    """What somebody said in a round; ``counted`` is whether the outcome was made of it."""

    round = serializers.IntegerField()
    person = NamedField()
    role = serializers.CharField(source="role_key")
    stands_in_for = MaybeNamedField()
    choice = serializers.ChoiceField(choices=Vote.Choice.choices)
    rationale = serializers.CharField()
    conditions = serializers.CharField()
    cast_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    counted = serializers.BooleanField()


class OpinionIn(Strict):
    """What somebody with a part beside deciding says."""

    part = serializers.ChoiceField(choices=["recommend", "agree", "input"])
    verdict = serializers.ChoiceField(choices=["for", "against", "comment"])
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=10_000)


class SaidOut(Out):
    """An opinion; ``step`` names the step by which it was given, else it is empty."""

    person = NamedField()
    verdict = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()
    step = serializers.CharField()


class ReverseIn(Strict):
    """Asking to take a decision back."""

    reason = serializers.CharField(max_length=10_000)


class DeferIn(Strict):
    """Putting a decision off."""

    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=10_000)
