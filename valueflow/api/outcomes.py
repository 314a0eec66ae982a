"""Measures with their states and benefits with their verdicts, over REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.locks import lock_benefit
from catalog.models import BenefitDecision
from catalog.services import benefits
from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import Page, page_response
from esm.common.api.serializers import Out, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for
from governance.services.reasons import MAX_REASON
from valueflow.selectors import promises

SCOPES = {"read": "flow:read", "write": "decide"}


class ReadingOut(Out):
    """A value over some days, both counted in; `n` is null where it is a count itself."""

    since = serializers.DateField()
    until = serializers.DateField()
    value = serializers.DecimalField(max_digits=24, decimal_places=4, normalize_output=True)
    n = serializers.IntegerField(allow_null=True)


class MeasureOut(Out):
    """A measure of the version in force."""

    key = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.CharField(source="spec.outcome")
    unit = serializers.CharField(source="spec.unit")
    direction = serializers.CharField(source="spec.direction")
    figure = serializers.CharField(
        source="spec.query", allow_null=True, help_text="What is computed; null where it is told."
    )
    frequency = serializers.CharField(source="spec.frequency", allow_null=True)
    owner = serializers.CharField(source="spec.owner_role", allow_null=True)
    baseline = ReadingOut(source="goal.baseline", allow_null=True)
    target = serializers.DecimalField(
        source="goal.target", max_digits=24, decimal_places=4, normalize_output=True,
        allow_null=True,
    )  # fmt: skip
    due = serializers.DateField(source="goal.due", allow_null=True)
    state = serializers.CharField(
        source="standing.state", help_text="draft, baselined, tracking, achieved or missed."
    )
    missing = serializers.ListField(
        source="standing.missing", child=serializers.CharField(),
        help_text="What has to be said before it is tracked.",
    )  # fmt: skip


class VerdictOut(Out):
    """What became of a promise by today."""

    word = serializers.CharField(
        help_text="realised, on_track, behind, partly, not_realised, too_few or not_measurable."
    )
    now = ReadingOut(allow_null=True)
    progress = serializers.DecimalField(
        max_digits=30, decimal_places=4, allow_null=True,
        help_text="From 0 at the baseline to 1 at the target.",
    )  # fmt: skip
    missing = serializers.ListField(child=serializers.CharField())
    late = serializers.IntegerField(help_text="Days since its day.")


class BenefitOut(Out):
    """What somebody promised would get better, and what came of it."""

    moving = ("late",)

    key = serializers.CharField()
    title = serializers.CharField(source="spec.title")
    promise = serializers.CharField(source="spec.promise")
    kind = serializers.CharField(source="spec.promise_kind")
    technology = serializers.CharField(source="spec.technology", allow_null=True)
    measure = serializers.CharField(source="measure_key", help_text="Empty: in words only.")
    accountable = serializers.CharField(source="spec.accountable_role", allow_null=True)
    due = serializers.DateField(allow_null=True)
    verdict = VerdictOut()
    decided = serializers.CharField(
        source="decision.outcome", default="", help_text="extend, stop, withdraw; else empty."
    )


class BenefitDecideIn(Strict):
    """What becomes of it."""

    outcome = serializers.ChoiceField(choices=BenefitDecision.Outcome.values)
    due = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The new day, with extend."
    )
    reason = serializers.CharField(max_length=MAX_REASON)


class Measures(ScopedView):
    """All measures."""

    scopes = SCOPES

    @operation("measure_list", tag="flow", answer=MeasureOut, page=True)
    def get(self, request: Request) -> Response:
        """List the measures of the version in force, each with its state; one page."""
        return page_response(request, Page(promises.measured_all()), MeasureOut)


class MeasureView(ScopedView):
    """One measure."""

    scopes = SCOPES

    @operation("measure_get", tag="flow", answer=MeasureOut)
    def get(self, request: Request, key: str) -> Response:
        """One measure: from what to what, by when, and where it stands."""
        return told(MeasureOut, promises.measured_one(key))


class Benefits(ScopedView):
    """All benefits."""

    scopes = SCOPES

    @operation("benefit_list", tag="flow", answer=BenefitOut, page=True)
    def get(self, request: Request) -> Response:
        """List what was promised, each with its verdict of today; one page."""
        return page_response(request, Page(promises.promised()), BenefitOut)


class BenefitView(ScopedView):
    """One benefit."""

    scopes = SCOPES

    @operation("benefit_get", tag="flow", answer=BenefitOut)
    def get(self, request: Request, key: str) -> Response:
        """One benefit with its verdict of today."""
        return told(BenefitOut, promises.promised_one(key))


class BenefitDecide(ScopedView):
    """A benefit that did not come by its day."""

    scopes = SCOPES

    def hold(self, request: Request, **place: Any) -> None:
        lock_benefit(promises.promised_one(place["key"]).key)

    def tag(self, request: Request, **place: Any) -> str:
        """The benefit's, also where it is decided on."""
        return match.tag_of(
            told(BenefitOut, promises.promised_one(place["key"])).data, BenefitOut.moving
        )

    @operation("benefit_decide", tag="flow", answer=BenefitOut, body=BenefitDecideIn)
    def post(self, request: Request, key: str) -> Response:
        """Give it more time, stop it or withdraw it, with the reason."""
        promises.promised_one(key)
        body = self.body(request)
        benefits.decide_benefit(
            key,
            outcome=body["outcome"],
            due=body["due"],
            reason=body["reason"],
            actor=actor_for(request.user),
        )
        return told(BenefitOut, promises.promised_one(key))
