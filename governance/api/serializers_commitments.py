"""Shapes of sponsors and what they commit to."""

from typing import ClassVar

from rest_framework import serializers

from esm.common.api.fields import NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.blueprint.adoption.sponsoring import LEVELS
from governance.models import Commitment
from governance.selectors.commitments import STANDINGS
from governance.services.commitments import MAX_EVIDENCE, MAX_TEXT


class CommitmentsQuery(PageQuery):
    """Which commitments."""

    state = serializers.ChoiceField(
        choices=STANDINGS, default="all", required=False,
        help_text="`missed` holds what passed its day, also before a sweep wrote it down.",
    )  # fmt: skip


class CommitmentOut(Out):
    """What a sponsor committed to do for a stream, and what became of it."""

    moving: ClassVar[tuple[str, ...]] = ("state", "days")

    number = serializers.IntegerField(source="row.pk")
    ref = serializers.CharField(source="row.ref")
    stream = serializers.CharField(source="row.stream_key")
    sponsor = NamedField(source="row.person")
    action = serializers.CharField(source="row.action")
    wanted = serializers.CharField(source="row.wanted", help_text="What shall show it.")
    due = serializers.DateField(source="row.due", help_text="The last day.")
    days = serializers.IntegerField(help_text="Until the last day; below 0 once it passed.")
    pledged_at = serializers.DateTimeField(source="row.pledged_at")
    state = serializers.ChoiceField(choices=Commitment.State.choices, source="standing")
    evidence = serializers.CharField(source="row.evidence")
    link = serializers.CharField(source="row.link")
    reason = serializers.CharField(source="row.reason", help_text="Why it was withdrawn.")
    ended_at = serializers.DateTimeField(source="row.ended_at", allow_null=True)


class CommitmentIn(Strict):
    """What you will do for a stream you sponsor."""

    stream = serializers.CharField(max_length=100)
    action = serializers.CharField(max_length=MAX_TEXT)
    wanted = serializers.CharField(max_length=MAX_TEXT, help_text="What will show it.")
    due = serializers.DateField(help_text="The last day; within a year.")


class DoneIn(Strict):
    """What shows that it was done: words, a link, or both."""

    evidence = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_EVIDENCE
    )
    link = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200,
        help_text="A request by its number, or the path of a page of the portal.",
    )  # fmt: skip


class WithdrawnIn(Strict):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class SponsorOut(Out):
    """A sponsor of a stream and how far they went; figures are for who reads the commitments."""

    stream = serializers.CharField()
    name = serializers.CharField(help_text="Of the stream.")
    critical = serializers.BooleanField()
    role = serializers.CharField(source="role_key")
    sponsor = serializers.CharField(help_text="Empty where nobody holds the role.")
    level = serializers.ChoiceField(choices=LEVELS, allow_null=True)
    done = serializers.IntegerField(
        allow_null=True, help_text="Actions done on time in the last 90 days."
    )
    missed = serializers.IntegerField(allow_null=True, help_text="In the last 90 days.")
