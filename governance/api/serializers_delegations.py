"""Shapes of delegations."""

from typing import ClassVar

from rest_framework import serializers

from esm.common.api.fields import AmountField, NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.models import Delegation
from governance.selectors.delegable import SCOPES
from governance.selectors.delegations import STANDINGS
from governance.services.reasons import MAX_REASON

STATES = ("proposed", "accepted", "active", "expired", "declined", "revoked")


def _reason() -> serializers.CharField:
    return serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip


class DelegationsQuery(PageQuery):
    """Which delegations."""

    scope = serializers.ChoiceField(
        choices=["mine", "visible"], default="mine", required=False,
        help_text="What you gave and were given, or what everybody did, where you may see that.",
    )  # fmt: skip
    state = serializers.ChoiceField(
        choices=STANDINGS, default="all", required=False,
        help_text="`open` is offered, ahead or active; `over` can never count again.",
    )  # fmt: skip


class DelegationOut(Out):
    """What a holder gave somebody else to decide while they are away.

    `state` runs with the clock: `accepted` is ahead, `active` inside its period.
    """

    moving: ClassVar[tuple[str, ...]] = ("state",)

    number = serializers.IntegerField(source="row.pk")
    giver = NamedField(source="row.giver")
    delegate = NamedField(source="row.delegate")
    of = serializers.ChoiceField(
        choices=Delegation.Of.choices, source="row.of", help_text="What `key` names."
    )
    key = serializers.CharField(source="row.key")
    name = serializers.CharField(source="what")
    scope_kind = serializers.ChoiceField(choices=["", *SCOPES], source="row.scope_kind")
    scope_key = serializers.CharField(source="row.scope_key")
    max_amount = serializers.DecimalField(
        max_digits=20, decimal_places=2, source="row.max_amount", allow_null=True,
        help_text="Included; null is as far as the giver decides.",
    )  # fmt: skip
    currency = serializers.CharField(source="row.currency")
    since = serializers.DateTimeField(source="row.valid.lower")
    until = serializers.DateTimeField(source="row.valid.upper")
    reason = serializers.CharField(source="row.reason")
    state = serializers.ChoiceField(choices=STATES, source="standing")
    proposed_at = serializers.DateTimeField(source="row.proposed_at")
    accepted_at = serializers.DateTimeField(source="row.accepted_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="row.ended_at", allow_null=True)
    cause = serializers.ChoiceField(
        choices=["", *Delegation.Cause.values], source="row.cause", help_text="Why it was revoked."
    )


class DelegationIn(Strict):
    """What you offer. It counts once the delegate accepts."""

    delegate = serializers.CharField(max_length=254, help_text="Key or mail address of a person.")
    of = serializers.ChoiceField(choices=Delegation.Of.choices)
    key = serializers.CharField(max_length=100, help_text="Of the role or the type of decision.")
    scope_kind = serializers.ChoiceField(choices=["", *SCOPES], required=False, default="")
    scope_key = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    max_amount = AmountField(required=False, allow_null=True, default=None)
    currency = serializers.RegexField(
        r"^([A-Z]{3})?$", required=False, default="", allow_blank=True
    )
    since = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Now when null."
    )
    until = serializers.DateTimeField(help_text="Not included; at most 180 days later.")
    reason = _reason()


class DelegationWhyIn(Strict):
    """Why."""

    reason = _reason()
