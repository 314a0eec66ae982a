"""Shapes of waivers and controls."""

from typing import ClassVar

from rest_framework import serializers

from esm.common.api.fields import NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.blueprint.controls import SCOPES
from governance.models import Waiver
from governance.selectors.waivers import STANDINGS
from governance.services.reasons import MAX_REASON
from governance.services.waivers import MAX_TEXT


class WaiversQuery(PageQuery):
    """Which waivers."""

    state = serializers.ChoiceField(
        choices=STANDINGS, default="open", required=False,
        help_text="`open` is asked for or active; `over` can never count again.",
    )  # fmt: skip


class WaiverOut(Out):
    """A dated exception from a control, a policy or a finding, granted by a decision."""

    moving: ClassVar[tuple[str, ...]] = ("state",)

    number = serializers.IntegerField(source="row.pk")
    ref = serializers.CharField(source="row.ref")
    of = serializers.ChoiceField(choices=Waiver.Of.choices, source="row.of")
    key = serializers.CharField(source="row.key")
    name = serializers.CharField(source="row.name")
    severity = serializers.CharField(source="row.severity")
    scope_kind = serializers.ChoiceField(choices=list(SCOPES), source="row.scope_kind")
    scope_key = serializers.CharField(source="row.scope_key")
    reason = serializers.CharField(source="row.reason")
    risk = serializers.CharField(source="row.risk")
    compensation = serializers.CharField(source="row.compensation")
    state = serializers.ChoiceField(choices=Waiver.State.choices, source="standing")
    requested_by = NamedField(source="row.requested_by")
    requested_at = serializers.DateTimeField(source="row.requested_at")
    activated_at = serializers.DateTimeField(source="row.activated_at", allow_null=True)
    expires_at = serializers.DateTimeField(source="row.expires_at", help_text="Not included.")
    ended_at = serializers.DateTimeField(source="row.ended_at", allow_null=True)
    decision = serializers.IntegerField(source="row.decision.seq", help_text="Counts within it.")


class WaiverIn(Strict):
    """What is not to be kept for a time. Somebody else decides it."""

    of = serializers.ChoiceField(choices=Waiver.Of.choices)
    key = serializers.CharField(max_length=100, help_text="Of the element, or mark of the finding.")
    scope_kind = serializers.ChoiceField(choices=list(SCOPES), required=False, default="")
    scope_key = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    reason = serializers.CharField(max_length=MAX_TEXT)
    risk = serializers.CharField(max_length=MAX_TEXT)
    compensation = serializers.CharField(max_length=MAX_TEXT)
    until = serializers.DateTimeField(help_text="Not included; at most 180 days ahead.")


class WaiverWhyIn(Strict):
    """Why."""

    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip
