"""What was observed of measures, over REST; what is computed is read here, too."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.locks import lock_series
from catalog.models import Observation
from catalog.selectors import measures
from catalog.services import observations
from catalog.services.observations import MAX_NOTE, Observed
from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import Out, PageQuery, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for

SCOPES = {"read": "flow:read", "write": "work"}
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$"


class ObservationOut(Out):
    """What was observed of a measure over some days."""

    number = serializers.IntegerField(source="pk")
    measure = NamedField(source="series.measure")
    since = serializers.DateField(source="period_start")
    until = serializers.DateField(source="period_end")
    value = serializers.DecimalField(max_digits=20, decimal_places=4, normalize_output=True)
    n = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(help_text="computed, manual or api.")  # type: ignore[assignment]
    figure = serializers.CharField(source="query", help_text="What was computed; else empty.")
    note = serializers.CharField()
    version = serializers.CharField(source="version.code", help_text="In force at its end.")
    entered_by = MaybeNamedField()
    recorded_at = serializers.DateTimeField()
    supersedes = serializers.IntegerField(
        source="supersedes_id", allow_null=True, help_text="The observation it corrects."
    )
    replaced_at = serializers.DateTimeField(
        allow_null=True, help_text="From when on another value counts."
    )


class ObservationsQuery(PageQuery):
    """Which observations."""

    replaced = serializers.BooleanField(
        required=False, default=False, help_text="Also those that were corrected."
    )


class ValueIn(Strict):
    """A value and what it was made of."""

    value = serializers.RegexField(NUMBER, help_text="Digits as text, such as `1.4`.")
    n = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1,
        max_value=observations.MOST_CASES,
    )  # fmt: skip


class ObservationIn(ValueIn):
    """What was observed."""

    since = serializers.DateField(help_text="First day.")
    until = serializers.DateField(help_text="Last day; it counts in.")
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_NOTE)


class CorrectionIn(ValueIn):
    """The right value, and what was wrong."""

    reason = serializers.CharField(max_length=MAX_NOTE)


class Observations(ScopedView):
    """What was observed of one measure."""

    scopes = SCOPES

    @operation(
        "observation_list", tag="flow", answer=ObservationOut, query=ObservationsQuery, page=True
    )
    def get(self, request: Request, key: str) -> Response:
        """List what was observed, the latest days first."""
        measures.measure(key)
        replaced = self.query["replaced"]
        rows = measures.observations(key, replaced=replaced)
        said = f"observations {key} {replaced}"
        page = page_of(rows, name=said, order=("-period_start", "-id"), query=self.query)
        return page_response(request, page, ObservationOut)

    @operation(
        "observation_record", tag="flow", answer=ObservationOut, body=ObservationIn, status=201
    )
    def post(self, request: Request, key: str) -> Response:
        """Record what was observed over some days; once for each day."""
        measures.measure(key)
        body = self.body(request)
        observed = Observed(body["since"], body["until"], Decimal(body["value"]), body["n"])
        row = observations.record_observation(
            key, observed, note=body["note"], actor=actor_for(request.user)
        )
        answer = _told(row.pk, status=201)
        answer["Location"] = f"/api/v1/observations/{row.pk}"
        return answer


class _Observation(ScopedView):
    """Something about one observation."""

    scopes = SCOPES

    def hold(self, request: Request, **place: Any) -> None:
        lock_series([measures.observation(place["number"]).series.measure])

    def tag(self, request: Request, **place: Any) -> str:
        """The observation's, also where it is corrected."""
        return match.tag_of(_told(place["number"]).data)


class ObservationView(_Observation):
    """One observation."""

    @operation("observation_get", tag="flow", answer=ObservationOut)
    def get(self, request: Request, number: int) -> Response:
        """One observation."""
        return _told(number)


class Correct(_Observation):
    """An observation that was wrong."""

    @operation(
        "observation_correct", tag="flow", answer=ObservationOut, body=CorrectionIn, status=201
    )
    def post(self, request: Request, number: int) -> Response:
        """Have another value count for these days; the answer is the observation that does."""
        measures.observation(number)
        body = self.body(request)
        row = observations.correct_observation(
            number,
            value=Decimal(body["value"]),
            n=body["n"],
            reason=body["reason"],
            actor=actor_for(request.user),
        )
        return _told(row.pk, status=201)


def _told(pk: int, status: int = 200) -> Response:
    row: Observation = measures.observation(pk)
    return told(ObservationOut, row, status=status)
