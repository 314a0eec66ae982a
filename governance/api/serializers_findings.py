"""Shapes of findings."""

from typing import ClassVar

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.blueprint.lint import SEVERITIES
from governance.models import FindingClosing, KeptFinding
from governance.selectors.findings import AREAS, STATES
from governance.services.closing_findings import MAX_WHAT
from governance.services.findings import MAX_NOTE


class FindingsQuery(PageQuery):
    """Which findings."""

    severity = serializers.ChoiceField(
        choices=[*SEVERITIES], required=False, default="", allow_blank=True
    )
    area = serializers.ChoiceField(
        choices=[*AREAS], required=False, default="", allow_blank=True,
        help_text="A part of the model: people, process, technology, governance, value.",
    )  # fmt: skip
    owner = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100,
        help_text="Key of the role that answers for it; `mine` for the roles you hold.",
    )  # fmt: skip
    stream = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    state = serializers.ChoiceField(
        choices=[*STATES], required=False, default="counted",
        help_text="`counted` is open or acknowledged; `closed` is being mended, `fixed` is mended.",
    )  # fmt: skip
    on = serializers.DateField(
        required=False, default=None, allow_null=True,
        help_text="Those open at the end of a day, in whatever state they are now.",
    )  # fmt: skip


class FindingClosingOut(Out):
    """What is done about a finding: who by when, or which proposal; what came of it."""

    how = serializers.ChoiceField(choices=FindingClosing.How.choices)
    what = serializers.CharField()
    who = MaybeNamedField()
    due = serializers.DateField(allow_null=True)
    proposal = serializers.CharField(source="proposal.ref", allow_null=True, default=None)
    closed_by = NamedField()
    closed_at = serializers.DateTimeField()
    outcome = serializers.CharField(
        help_text="Empty until it is looked at again, then `held` or `found_again`."
    )


class FindingOut(Out):
    """A finding in the model in force; the mark names rule and subject for good."""

    moving: ClassVar[tuple[str, ...]] = ("state", "days")

    number = serializers.IntegerField(source="row.pk")
    ref = serializers.CharField(source="row.ref")
    mark = serializers.CharField(source="row.fingerprint")
    code = serializers.CharField(source="row.rule")
    of = serializers.ChoiceField(
        choices=[("D", "definitions"), ("R", "what happened")], source="row.cls"
    )
    severity = serializers.ChoiceField(choices=[*SEVERITIES], source="row.severity")
    state = serializers.ChoiceField(choices=KeptFinding.State.choices, source="row.state")
    kind = serializers.CharField(source="row.kind")
    key = serializers.CharField(source="row.key")
    part = serializers.CharField(source="row.part")
    sentence = serializers.CharField(source="row.sentence")
    consequence = serializers.CharField()
    evidence = serializers.DictField(source="row.evidence")
    days_at_stake = serializers.DecimalField(
        source="row.stake", max_digits=12, decimal_places=1, allow_null=True
    )
    owner_role = serializers.CharField(source="row.owner_role")
    streams = serializers.ListField(child=serializers.CharField(), source="row.streams")
    inherited = serializers.BooleanField(source="row.inherited")
    first_seen = serializers.DateTimeField(source="row.first_seen")
    open_since = serializers.DateTimeField(source="row.opened_at")
    last_seen = serializers.DateTimeField(source="row.last_seen")
    fixed_at = serializers.DateTimeField(source="row.fixed_at", allow_null=True)
    times = serializers.IntegerField(source="row.times", help_text="How often it came.")
    days = serializers.IntegerField(help_text="Days of the calendar since it is open this time.")
    waived_until = serializers.DateTimeField(
        source="row.waiver.expires_at", allow_null=True, default=None
    )
    note = serializers.CharField(source="row.note")
    noted_by = NamedField(source="row.acknowledged_by", allow_null=True)
    closing = FindingClosingOut(allow_null=True, help_text="How it was closed last.")


class NoteIn(Strict):
    """What becomes of it."""

    note = serializers.CharField(max_length=MAX_NOTE)


class CloseIn(Strict):
    """What is done about it: who by when, or which proposal (a new one where none is named)."""

    how = serializers.ChoiceField(choices=FindingClosing.How.values)
    what = serializers.CharField(max_length=MAX_WHAT)
    who = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100, help_text="Key of a person."
    )
    due = serializers.DateField(required=False, default=None, allow_null=True)
    proposal = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=2_000_000_000
    )
