"""Shapes of requests and what hangs on them; numbers count within the request."""

from typing import Any

from rest_framework import serializers

from catalog.models import Content
from esm.common.api.fields import (
    DurationField,
    MaybeNamedField,
    MoneyField,
    NamedField,
    PlainField,
)
from esm.common.api.serializers import Out
from workflows.api.serializers_desk import ItemOut
from workflows.models import Attachment, Clock, Handoff, Request, StageVisit
from workflows.selectors import filed


class AtOut(Out):
    """A step the request is at now."""

    visit = serializers.IntegerField(source="seq")
    stage = serializers.CharField(source="stage_key")
    state = serializers.ChoiceField(choices=StageVisit.State.choices)
    team = NamedField()


class RequestOut(Out):
    """A request in a list."""

    ref = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    open = serializers.BooleanField(source="is_open")
    service = NamedField()
    offering = NamedField()
    value_stream = NamedField()
    version = serializers.CharField(source="version.code")
    requester = NamedField()
    requester_department = MaybeNamedField()
    beneficiary = MaybeNamedField(help_text="For whom it was asked, if for another.")
    amount = MoneyField()
    confidential = serializers.BooleanField()
    channel = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    promised_at = serializers.DateTimeField(allow_null=True, help_text="Null while it waits.")
    fulfilled_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    at = AtOut(many=True, source="live_visits")
    url = serializers.SerializerMethodField()

    def get_url(self, request: Request) -> str:
        return f"/api/v1/requests/{request.ref}"


class StepOut(Out):
    """One step of the way of this request."""

    stage = serializers.CharField(source="key")
    name = serializers.CharField()
    team = serializers.CharField()
    department = serializers.CharField(source="department_name")
    state = serializers.ChoiceField(choices=["done", "now", "next", "skipped"])
    spent = DurationField(source="seconds", allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    holder = serializers.CharField()
    returns = serializers.IntegerField()


class ReasonOut(Out):
    """A reason both teams agreed on."""

    key = serializers.CharField()
    text = serializers.CharField()


class BranchOut(Out):
    """An open branch: who answers for it, and what the caller may do there."""

    visit = serializers.IntegerField(source="visit.seq")
    stage = serializers.CharField(source="visit.stage_key")
    name = serializers.CharField(source="stage_name")
    state = serializers.CharField(source="visit.state")
    team = NamedField(source="visit.team")
    holder = MaybeNamedField(source="visit.holder")
    accountable_role = serializers.CharField(source="role_name")
    accountable = serializers.ListField(child=serializers.CharField(), source="answering.holders")
    meanwhile = serializers.ListField(child=serializers.CharField(), source="answering.meanwhile")
    handoff = serializers.IntegerField(source="handoff.seq", default=None, allow_null=True)
    decision = serializers.IntegerField(source="decision.seq", default=None, allow_null=True)
    may = serializers.SerializerMethodField(help_text="Commands the caller may give now.")
    why_not = serializers.DictField(
        child=serializers.CharField(), source="refusals", help_text="By command."
    )
    missing = serializers.SerializerMethodField(help_text="Criteria that keep it from leaving.")
    hands_over_to = serializers.SerializerMethodField()
    return_reasons = serializers.SerializerMethodField()

    def get_may(self, branch: Any) -> list[str]:
        return [action for action, ok in branch.may.items() if ok]

    def get_missing(self, branch: Any) -> list[str]:
        return [criterion.text for criterion in branch.missing]

    def get_hands_over_to(self, branch: Any) -> list[str]:
        return [arrival.team.key for arrival in branch.hands_over]

    def get_return_reasons(self, branch: Any) -> list[dict[str, str]]:
        return [{"key": key, "text": text} for key, text in branch.reasons]


class SightOut(Out):
    """One rung of the line of sight from the request to the objective."""

    kind = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField(
        allow_blank=True, help_text="Of a measure, how far it has come by what was seen last."
    )


class PromiseClockOut(Out):
    """The clock of the promise as it stands."""

    state = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["ok", "risk", "late", "stop"])
    target = DurationField(source="target_s")
    elapsed = DurationField(source="elapsed_s")
    left = DurationField(source="left_s")
    due_at = serializers.DateTimeField(allow_null=True)
    zone = serializers.CharField()


class ExpectedOut(Out):
    """When it will likely end: half and 85 % of ``n`` like it in 90 days ended before."""

    low = serializers.DateTimeField()
    high = serializers.DateTimeField()
    n = serializers.IntegerField()
    same_version = serializers.BooleanField(help_text="All of them ran under the same version.")


class EnvelopeStepOut(Out):
    """One step of the way, without who holds it."""

    stage = serializers.CharField(source="key")
    name = serializers.CharField()
    team = serializers.CharField()
    department = serializers.CharField(source="department_name")
    state = serializers.ChoiceField(choices=["done", "now", "next", "skipped"])
    spent = DurationField(source="seconds", allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    returns = serializers.IntegerField()


class EnvelopeOut(Out):
    """Where a request is, and nothing of what it says."""

    moving = ("spent",)

    ref = serializers.CharField(source="request.ref")
    state = serializers.ChoiceField(source="request.state", choices=Request.State.choices)
    open = serializers.BooleanField(source="request.is_open")
    service = NamedField(source="request.service")
    value_stream = NamedField(source="request.value_stream")
    version = serializers.CharField()
    submitted_at = serializers.DateTimeField(source="request.submitted_at")
    promised_at = serializers.DateTimeField(source="request.promised_at", allow_null=True)
    fulfilled_at = serializers.DateTimeField(source="request.fulfilled_at", allow_null=True)
    closed_at = serializers.DateTimeField(source="request.closed_at", allow_null=True)
    steps = EnvelopeStepOut(many=True)


class RequestDetailOut(RequestOut):
    """A request: its answers, way, clocks and what the caller may do."""

    moving = ("elapsed", "left", "spent", "verdict", "expected")

    data = PlainField(  # type: ignore[assignment]
        source="page.answers", help_text="The answers to the form that the caller reads, by field."
    )
    may = serializers.ListField(child=serializers.CharField(), source="page.commands")
    steps = StepOut(many=True, source="page.steps")
    branches = BranchOut(many=True, source="page.live")
    promise = PromiseClockOut(source="page.promise", allow_null=True)
    priority = serializers.CharField(help_text="A key of what was asked for; empty is as usual.")
    expected = ExpectedOut(source="page.expected", allow_null=True)
    serves = SightOut(many=True, source="page.sight")
    part_of = serializers.CharField(
        source="page.part_of", help_text="Number of the request it is a part of, where you see it."
    )
    parts = serializers.ListField(
        child=serializers.CharField(),
        source="page.parts",
        help_text="Numbers of the parts other teams were asked for, where you see them.",
    )
    closes_at = serializers.DateTimeField(
        allow_null=True, help_text="Until then it can be reopened; then it closes by itself."
    )
    reopened = serializers.IntegerField(help_text="How often it came back.")


class VisitOut(Out):
    """One entry of a request to a stage."""

    moving = ("worked",)

    number = serializers.IntegerField(source="seq")
    stage = serializers.CharField(source="stage_key")
    state = serializers.ChoiceField(choices=StageVisit.State.choices)
    team = NamedField()
    department = NamedField()
    accountable_role = serializers.CharField(source="role_key")
    holder = MaybeNamedField()
    rework = serializers.BooleanField(source="is_rework")
    sources = serializers.ListField(child=serializers.IntegerField())
    estimated_touch = DurationField(source="est_touch_s")
    entered_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    waits_for = serializers.CharField(source="blocked_party")
    waits_because = serializers.CharField(source="blocked_reason")
    waits_until = serializers.DateTimeField(source="blocked_until", allow_null=True)
    follow_up_at = serializers.DateTimeField(
        allow_null=True, help_text="When its team wants to go on; the clocks do not wait for it."
    )
    question = serializers.CharField(help_text="What it waits for, in full.")
    nudged_at = serializers.DateTimeField(allow_null=True)
    checklist = ItemOut(
        many=True, source="checklist.items", help_text="For its team and department; else empty."
    )
    worked = DurationField(
        source="worked.seconds",
        default=None,
        allow_null=True,
        help_text="Measured so far, for its team where that measures; else null.",
    )


class CriterionOut(Out):
    """One entry criterion and how it came out; ``ok`` is null where a person has to look."""

    key = serializers.CharField()
    text = serializers.CharField()
    severity = serializers.CharField()
    ok = serializers.BooleanField(allow_null=True)
    how = serializers.CharField()


class HandoffOut(Out):
    """One offer of a step to another team."""

    number = serializers.IntegerField(source="seq")
    attempt = serializers.IntegerField()
    previous = serializers.IntegerField(source="previous.seq", default=None, allow_null=True)
    state = serializers.ChoiceField(choices=Handoff.State.choices)
    from_visit = serializers.IntegerField(source="from_visit.seq")
    to_visit = serializers.IntegerField(source="to_visit.seq")
    from_stage = serializers.CharField()
    to_stage = serializers.CharField()
    giver_team = NamedField()
    receiver_team = NamedField()
    agreement = serializers.CharField(source="agreement_key")
    criteria = CriterionOut(many=True)
    auto = serializers.BooleanField(help_text="Accepted by the agreement, by nobody.")
    incomplete = serializers.BooleanField(help_text="Offered over a missing criterion.")
    note = serializers.CharField()
    offered_at = serializers.DateTimeField()
    offered_by = MaybeNamedField()
    routed_to = MaybeNamedField()
    responded_at = serializers.DateTimeField(allow_null=True)
    responded_by = MaybeNamedField()
    reason = serializers.CharField(source="reason_key")
    reason_note = serializers.CharField()
    question = serializers.CharField()
    answer = serializers.CharField()
    escalated_at = serializers.DateTimeField(allow_null=True)


class ClockOut(Out):
    """A clock as it stands; seconds are business seconds of its calendar."""

    number = serializers.IntegerField(source="row.seq")
    metric = serializers.ChoiceField(choices=Clock.Metric.choices, source="row.metric")
    state = serializers.ChoiceField(choices=Clock.State.choices, source="row.state")
    verdict = serializers.ChoiceField(choices=["ok", "risk", "late", "stop"], source="view.verdict")
    calendar = serializers.CharField(source="row.calendar_key")
    target = DurationField(source="view.target_s")
    elapsed = DurationField(source="view.elapsed_s")
    left = DurationField(source="view.left_s")
    due_at = serializers.DateTimeField(source="row.due_at", allow_null=True)
    breached_at = serializers.DateTimeField(source="row.breached_at", allow_null=True)
    met = serializers.BooleanField(source="row.met", allow_null=True)
    warned = serializers.ListField(child=serializers.IntegerField(), source="row.warned")
    paused_for = serializers.CharField(source="row.pause_party")
    visit = serializers.IntegerField(source="row.visit.seq", default=None, allow_null=True)
    handoff = serializers.IntegerField(source="row.handoff.seq", default=None, allow_null=True)
    decision = serializers.IntegerField(source="row.decision_seq", allow_null=True)
    ended_at = serializers.DateTimeField(source="row.ended_at", allow_null=True)


class FileOut(Out):
    """A file; its content is at ``content_url``."""

    number = serializers.IntegerField(source="seq")
    field = serializers.CharField(source="field_key")
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_by = NamedField()
    created_at = serializers.DateTimeField()
    scan = serializers.ChoiceField(
        choices=Content.State.choices,
        source="content.state",
        default=Content.State.UNCHECKED,
        help_text="Whether a scanner looked into it.",
    )
    excerpt = serializers.SerializerMethodField(help_text="The first lines of a text.")
    content_url = serializers.SerializerMethodField()
    preview_url = serializers.SerializerMethodField(help_text="Empty where it has no picture.")

    def get_excerpt(self, row: Attachment) -> str:
        content = row.content
        return content.excerpt if content is not None and filed.can_be_had(content) else ""

    def get_preview_url(self, row: Attachment) -> str:
        content = row.content
        if content is None or content.preview != Content.Preview.PICTURE:
            return ""
        shown = filed.can_be_had(content)
        return f"/api/v1/requests/{row.request.ref}/files/{row.seq}/preview" if shown else ""

    def get_content_url(self, row: Attachment) -> str:
        return f"/api/v1/requests/{row.request.ref}/files/{row.seq}/content"


class EventOut(Out):
    """Something that happened, from the ledger, without free text."""

    type = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="A person's key, or the system.")
    on_behalf_of = serializers.CharField()
    role = serializers.CharField()
    team = serializers.CharField()
    department = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class SharedOut(Out):
    """Who can see the request now, in words."""

    readers = serializers.ListField(child=serializers.CharField())
