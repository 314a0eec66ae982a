"""Shapes of people, decisions and the operating model."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from esm.common.api.fields import (
    AmountField,
    DurationField,
    MaybeNamedField,
    MoneyField,
    NamedField,
)
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.api.serializers_votes import SaidOut, VoteOut, VoterOut
from governance.models import Decision
from governance.selectors.decisions import DecisionRow


class RoleOut(Out):
    """A role."""

    key = serializers.CharField()
    name = serializers.CharField()


class MyTeamOut(Out):
    """A team one works in."""

    key = serializers.CharField()
    name = serializers.CharField()
    department = NamedField()


class MeOut(Out):
    """Who is calling, and as what."""

    username = serializers.CharField()
    person = MaybeNamedField()
    acting_as = serializers.CharField(help_text="The role that actions are recorded under.")
    roles = RoleOut(many=True)
    teams = MyTeamOut(many=True)
    marks = serializers.ListField(
        child=serializers.ChoiceField(choices=["steward", "auditor", "admin"])
    )
    token_scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Null without a token."
    )


class DecisionsQuery(PageQuery):
    """Which of one's decisions."""

    view = serializers.ChoiceField(
        choices=["waiting", "put_off", "decided"], default="waiting", required=False
    )


class SubjectOut(Out):
    """What a decision is about."""

    ref = serializers.CharField(source="decision.subject_ref")
    title = serializers.CharField(source="subject.title")
    text = serializers.CharField(source="subject.text")


class DecisionOut(Out):
    """One question that one person decides; made of a row of the inbox."""

    number = serializers.IntegerField(source="decision.seq")
    subject = SubjectOut(source="*")
    type = serializers.CharField(source="decision.type_key")
    code = serializers.CharField()
    question = serializers.CharField(source="decision.question")
    verb = serializers.CharField()
    amount = MoneyField(of="decision")
    version = serializers.CharField(source="decision.version.code")
    state = serializers.ChoiceField(choices=Decision.State.choices, source="decision.state")
    role = serializers.CharField(source="decision.role_key")
    decider = MaybeNamedField(source="decision.decider")
    stands_in_for = MaybeNamedField(source="decision.stands_in_for")
    delegation = serializers.IntegerField(
        source="decision.delegation_id",
        allow_null=True,
        help_text="Number of the delegation under which it is the decider's, if any.",
    )
    requester = NamedField(source="decision.requester")
    opened_at = serializers.DateTimeField(source="decision.opened_at")
    due_at = serializers.DateTimeField(source="decision.due_at", allow_null=True)
    outcome = serializers.ChoiceField(
        choices=["", *Decision.Outcome.values], source="decision.outcome"
    )
    rationale = serializers.CharField(source="decision.rationale")
    decided_at = serializers.DateTimeField(source="decision.decided_at", allow_null=True)
    decided_by = MaybeNamedField(source="decision.decided_by")
    conditions = serializers.CharField(source="decision.conditions")
    body = serializers.CharField(source="decision.body_key")
    rule = serializers.CharField(
        source="decision.rule", help_text="How several decide; single where one does."
    )
    quorum = serializers.IntegerField(source="decision.quorum")
    needed = serializers.IntegerField(source="decision.needed")
    round = serializers.IntegerField(source="decision.round")
    reverses = serializers.SerializerMethodField(
        help_text="Number of the decision that it asks to take back, if any."
    )
    deferred_until = serializers.DateTimeField(source="decision.deferred_until", allow_null=True)
    url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_reverses(self, row: DecisionRow) -> int | None:
        return row.decision.reverses.seq if row.decision.reverses else None

    def get_url(self, row: DecisionRow) -> str:
        return f"/api/v1/decisions/{row.decision.subject_ref}/{row.decision.seq}"


class TraceStepOut(Out):
    """One check on the way to who decides; ``text`` is for people, ``data`` for programs."""

    code = serializers.CharField()
    text = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class BandOut(Out):
    """From ``min`` up to, not including, ``max``; null is without bound."""

    min = serializers.CharField(allow_null=True)
    max = serializers.CharField(allow_null=True)


class VoiceOut(Out):
    """A part that a role plays beside the decider."""

    part = serializers.CharField()
    role = serializers.CharField()
    said = SaidOut(many=True)


class DecisionDetailOut(DecisionOut):
    """A decision with why it is whose."""

    role_name = serializers.CharField()
    right = serializers.CharField(source="decision.right_key")
    band = BandOut()
    trace = TraceStepOut(many=True)
    voices = VoiceOut(many=True)
    voters = VoterOut(many=True)
    votes = VoteOut(many=True)
    may_decide = serializers.BooleanField()
    why_not = serializers.CharField()


class DecideIn(Strict):
    """The decision; a reason is needed unless it is approved."""

    outcome = serializers.ChoiceField(choices=Decision.Outcome.choices)
    rationale = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=10_000
    )
    conditions = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=10_000,
        help_text="Under which it is approved.",
    )
    round = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=32_767,
        help_text="The round you read; 409 where what is decided on changed since.",
    )


class WhoDecidesQuery(Strict):
    """A case that somebody asks about."""

    type = serializers.CharField(max_length=100, help_text="Key of a type of decision.")
    amount = AmountField(required=False)
    department = serializers.CharField(required=False, max_length=100)
    service = serializers.CharField(required=False, max_length=100)
    risk = serializers.CharField(required=False, max_length=60, help_text="A class of risk.")
    requester = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Key of a person: yourself, or anybody for who answers for the whole.",
    )
    version = serializers.CharField(
        required=False, max_length=30, help_text="Code of a version; the one in force without it."
    )


class TogetherOut(Out):
    """One of those who decide, and for whom if they are not the holder."""

    name = serializers.CharField()
    role = serializers.CharField()
    acts_as = serializers.ChoiceField(
        choices=["holder", "delegation", "stand_in"], source="how", help_text="Why it is them."
    )
    acts_for = serializers.CharField(source="for_name", help_text="Empty for a holder.")


class PartOut(Out):
    """A part beside deciding: the role or body whose it is."""

    part = serializers.CharField()
    right = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    body = serializers.CharField(allow_null=True)
    within = DurationField(source="due_s")


class AnswerOut(Out):
    """Who would decide now, and by which checks."""

    version = serializers.CharField()
    type = serializers.CharField()
    question = serializers.CharField()
    decider = MaybeNamedField()
    stands_in_for = MaybeNamedField()
    role = serializers.CharField()
    role_name = serializers.CharField()
    right = serializers.CharField()
    band = BandOut()
    within = DurationField()
    requester_excluded = serializers.BooleanField()
    unresolved = serializers.CharField(allow_null=True)
    pre_authorised = serializers.BooleanField(help_text="The right allows it; nobody is asked.")
    deciders = TogetherOut(many=True)
    rule = serializers.ChoiceField(choices=["single", "majority", "unanimity", "consent"])
    quorum = serializers.IntegerField(help_text="How many take part at least.")
    needed = serializers.IntegerField(help_text="How many say yes at least.")
    parts = PartOut(many=True)
    trace = TraceStepOut(many=True)


class VersionOut(Out):
    """A version of the operating model."""

    code = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    based_on = serializers.CharField(source="based_on.code", default=None, allow_null=True)
    effective_from = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    without_consent = serializers.BooleanField()
    content_hash = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_content_hash(self, version: Any) -> str:
        return bytes(version.content_hash).hex() if version.content_hash else ""

    def get_url(self, version: Any) -> str:
        return f"/api/v1/model/versions/{version.code}"


class VersionDetailOut(VersionOut):
    """A version with how many elements of each kind it holds."""

    release_note = serializers.CharField()
    kinds = serializers.DictField(child=serializers.IntegerField())


class ElementsQuery(PageQuery):
    """Which elements."""

    kind = serializers.CharField(required=False, max_length=40, help_text="Such as `Team`.")


class ElementOut(Out):
    """An element of a version."""

    kind = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    content_hash = serializers.CharField()
    url = serializers.CharField()


class ElementDetailOut(ElementOut):
    """An element with its content, as its kind's JSON Schema says."""

    version = serializers.CharField()
    schema = serializers.IntegerField()
    spec = serializers.DictField()


class DiffQuery(PageQuery):
    """Compared with what."""

    against = serializers.CharField(
        required=False, max_length=30, help_text="Code of a version; the one it is based on."
    )


class FieldChangeOut(Out):
    """One field that differs, in words."""

    path = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangeOut(Out):
    """One element that was added, removed or changed."""

    op = serializers.ChoiceField(choices=["added", "removed", "changed"])
    kind = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    sentence = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # ``fields`` is an attribute of every serializer, so it cannot be declared above.
        return {**super().get_fields(), "fields": FieldChangeOut(many=True)}


class KindOut(Out):
    """A kind of element."""

    kind = serializers.CharField()
    url = serializers.CharField()


class KindDetailOut(KindOut):
    """A kind with the JSON Schema 2020-12 of its content."""

    json_schema = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_json_schema(self, kind: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = kind["json_schema"]
        return found
