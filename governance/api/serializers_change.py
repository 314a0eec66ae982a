"""Shapes of proposals, rounds of consent, objections, signatures and acknowledgements."""

from typing import Any, ClassVar

from rest_framework import serializers

from esm.common.api.fields import NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.models import (
    Acknowledgement,
    AgreementSignature,
    ChangeProposal,
    ConsentAnswer,
    ConsentRound,
    ModelVersion,
    Objection,
)
from governance.selectors.adoption import STAGES
from governance.selectors.proposals import STANDINGS
from governance.services.acknowledging import MAX_TEXT as MAX_CONCERN
from governance.services.consenting import GIVEN
from governance.services.objecting import MAX_REASON as MAX_OBJECTION
from governance.services.proposing import MAX_KEYS, MAX_TEXT, MAX_TITLE
from governance.services.reasons import MAX_REASON


def _text(longest: int = MAX_TEXT, **more: Any) -> serializers.CharField:
    return serializers.CharField(
        required=False, default="", allow_blank=True, max_length=longest, **more
    )


def _keys(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False, default=list, max_length=MAX_KEYS, help_text=help_text,
    )  # fmt: skip


class ReasonGivenIn(Strict):
    """Why."""

    reason = _text(MAX_REASON, help_text="Why; kept with the change.")


class ProposalsQuery(PageQuery):
    """Which proposals."""

    state = serializers.ChoiceField(
        choices=STANDINGS, default="open", required=False,
        help_text="`open` is neither in force nor ended, `mine` what the caller wrote.",
    )  # fmt: skip


class ProposalIn(Strict):
    """What hurts and what is to be different. A technology is put to others only with all four
    texts, an outcome measure that has a baseline, and what it touches named."""

    title = serializers.CharField(max_length=MAX_TITLE)
    kind = serializers.ChoiceField(choices=ChangeProposal.Kind.choices)
    tension = serializers.CharField(max_length=MAX_TEXT, help_text="What hurts today.")
    evidence = _text()
    people_text = _text()
    process_text = _text()
    technology_text = _text()
    governance_text = _text()
    benefit = _text()
    measures = _keys("Keys of measures.")
    rights = _keys("Keys of decision rights it touches, or `none`.")
    handoffs = _keys("Keys of handoff agreements it touches, or `none`.")
    skills = _keys("Keys of skills it needs, or `none`.")
    findings = _keys("Marks of findings it answers.")


class ProposalOut(Out):
    """A proposal of a change and where it stands."""

    number = serializers.IntegerField()
    ref = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ChangeProposal.Kind.choices)
    state = serializers.ChoiceField(choices=ChangeProposal.State.choices)
    tension = serializers.CharField()
    evidence = serializers.CharField()
    people_text = serializers.CharField()
    process_text = serializers.CharField()
    technology_text = serializers.CharField()
    governance_text = serializers.CharField()
    benefit = serializers.CharField()
    measures = serializers.ListField(child=serializers.CharField())
    rights = serializers.ListField(child=serializers.CharField())
    handoffs = serializers.ListField(child=serializers.CharField())
    skills = serializers.ListField(child=serializers.CharField())
    findings = serializers.ListField(child=serializers.CharField())
    version = serializers.CharField(source="version.code", default=None, allow_null=True)
    author = NamedField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField()


class AttachIn(Strict):
    """Which draft carries it; empty takes it out of its draft."""

    version = _text(30)


class SubmitVersionIn(Strict):
    """Until when people answer; the soonest there is where nothing is said."""

    deadline = serializers.DateTimeField(
        required=False, default=None, allow_null=True,
        help_text="Not included; at least five working days ahead.",
    )  # fmt: skip


class ExtendIn(ReasonGivenIn):
    """The new end of a round."""

    deadline = serializers.DateTimeField(help_text="Not included; later than before.")


class PublishIn(ReasonGivenIn):
    """When it takes effect. What nobody agreed to needs a reason, which stands on record."""

    at = serializers.DateTimeField(
        required=False, default=None, allow_null=True, help_text="Now where nothing is said."
    )
    without_consent = serializers.BooleanField(required=False, default=False)


class ClearerOut(Out):
    """Who can clear something."""

    role = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())


class HindranceOut(Out):
    """One thing that stands in the way."""

    kind = serializers.CharField()
    sentence = serializers.CharField()
    clearers = ClearerOut(many=True)
    url = serializers.CharField(help_text="The page where it is cleared.")


class RoundOut(Out):
    """A round of consent; answers are counted, never told by name."""

    number = serializers.IntegerField(source="row.number")
    opened_at = serializers.DateTimeField(source="row.opened_at")
    deadline = serializers.DateTimeField(source="row.deadline", help_text="Not included.")
    silence_consents = serializers.BooleanField(source="row.silence_consents")
    closed_at = serializers.DateTimeField(source="row.closed_at", allow_null=True)
    outcome = serializers.ChoiceField(choices=ConsentRound.Outcome.choices, source="row.outcome")
    asked = serializers.IntegerField(source="total.asked")
    consents = serializers.IntegerField(source="total.consents")
    concerns = serializers.IntegerField(source="total.concerns")
    objects = serializers.IntegerField(source="total.objects")  # type: ignore[assignment]
    abstains = serializers.IntegerField(source="total.abstains")
    silent = serializers.IntegerField(source="total.silent")


class SideOut(Out):
    """One side of an agreement that a version touches."""

    agreement = serializers.CharField(source="touched.key")
    side = serializers.ChoiceField(choices=AgreementSignature.Side.choices, source="touched.side")
    team = serializers.CharField(source="touched.team")
    role = serializers.CharField(source="touched.role", help_text="Empty where nobody leads it.")
    signed_at = serializers.DateTimeField(
        source="signature.signed_at", default=None, allow_null=True
    )


class ReviewOut(Out):
    """How a version stands on its way to being agreed."""

    # What stands in the way depends on the moment.
    moving: ClassVar[tuple[str, ...]] = ("hindrances", "round")

    version = serializers.CharField(source="version.code")
    state = serializers.ChoiceField(choices=ModelVersion.State.choices, source="version.state")
    round = RoundOut(allow_null=True)
    agreements = SideOut(source="sides", many=True)
    open_objections = serializers.IntegerField()
    hindrances = HindranceOut(many=True, help_text="What keeps it from its next step.")


class ConsentAnswerIn(Strict):
    """What somebody says to a version in review; again replaces it."""

    answer = serializers.ChoiceField(choices=[str(one.value) for one in GIVEN])
    text = _text(help_text="Needed for a concern and an objection.")
    degree = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=0, max_value=5,
        help_text="How much it changes for them, as they say.",
    )  # fmt: skip
    stands_for = _text(100, help_text="Key of the person somebody stands in for.")


class WithdrawIn(Strict):
    """Whose answer is taken back."""

    stands_for = _text(100, help_text="Key of the person somebody stands in for.")


class ConsentAnswerOut(Out):
    """What somebody said, and whether they must agree."""

    round = serializers.IntegerField(source="round.number")
    person = NamedField()
    part = serializers.ChoiceField(choices=ConsentAnswer.Part.choices)
    answer = serializers.ChoiceField(choices=ConsentAnswer.Answer.choices)
    text = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    carried = serializers.BooleanField()


class SignIn(Strict):
    """Which side of which agreement."""

    agreement = serializers.CharField(max_length=100)
    side = serializers.ChoiceField(choices=AgreementSignature.Side.choices)


class SignatureOut(Out):
    """A signature."""

    agreement = serializers.CharField(source="agreement_key")
    side = serializers.ChoiceField(choices=AgreementSignature.Side.choices)
    role = serializers.CharField(source="role_key")
    person = NamedField()
    signed_at = serializers.DateTimeField()


class AcknowledgeIn(Strict):
    """That somebody read what changes for them."""

    concern = _text(MAX_CONCERN, help_text="What concerns them, if anything.")


class AcknowledgementOut(Out):
    """That somebody was asked to read what changes for them, and did."""

    version = serializers.CharField(source="version.code")
    person = NamedField()
    state = serializers.ChoiceField(choices=Acknowledgement.State.choices)
    due_at = serializers.DateTimeField()
    given_at = serializers.DateTimeField(allow_null=True)


class ObjectionOut(Out):
    """An objection, its test and what came of it."""

    number = serializers.IntegerField()
    version = serializers.CharField(source="version.code")
    round = serializers.IntegerField(source="round.number")
    person = NamedField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=Objection.State.choices)
    open = serializers.BooleanField()
    raised_at = serializers.DateTimeField()
    harm = serializers.BooleanField(allow_null=True)
    caused = serializers.BooleanField(allow_null=True)
    known_now = serializers.BooleanField(allow_null=True)
    own_role = serializers.BooleanField(allow_null=True)
    breaks_rule = serializers.BooleanField(allow_null=True)
    test_reason = serializers.CharField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settlement = serializers.CharField()


class TestIn(Strict):
    """The five questions; whether the objection is valid follows from the answers."""

    harm = serializers.BooleanField(help_text="Would it cause concrete harm or a step back?")
    caused = serializers.BooleanField(help_text="Is that caused by this change?")
    known_now = serializers.BooleanField(help_text="Is it known now?")
    own_role = serializers.BooleanField(help_text="Does it touch a role they hold?")
    breaks_rule = serializers.BooleanField(help_text="Or does it break a rule?")
    reason = _text(MAX_OBJECTION, help_text="Needed where it is not valid.")


class SettleIn(Strict):
    """Why, or what was changed."""

    reason = _text(MAX_OBJECTION)


class ShareOut(Out):
    """How many reached a stage."""

    stage = serializers.ChoiceField(choices=STAGES)
    n = serializers.IntegerField()


class UptakeOut(Out):
    """How far a department is with a version; departments of few are told together as `few`."""

    moving: ClassVar[tuple[str, ...]] = ("late",)

    department = serializers.CharField(source="key")
    of = serializers.IntegerField(help_text="How many it changes something for.")
    shares = ShareOut(many=True)
    late = serializers.IntegerField(help_text="How many have not read it in time.")
