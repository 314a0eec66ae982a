"""A request and everything that hangs on it while it crosses departments."""

from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from guardian.models import UserObjectPermissionBase

from catalog.models import Content, Offering, Service
from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import Department, ModelVersion, Person, Team
from governance.models.people import Projected
from workflows.models.pinned import ON_RECORD

# Stands for «never» where an order must not hold nulls: no running clock of ours.
FAR = datetime(9999, 1, 1, tzinfo=UTC)
# Where a request of no priority stands among those that end at the same moment.
USUAL_RANK = 100


class ValueStream(Projected):
    """An end-to-end stream of value, from trigger to what the beneficiary gets."""

    code = models.CharField(max_length=20, blank=True)


class Workflow(Projected):
    """The identity of an executable definition; its graph is in the model."""

    value_stream = models.ForeignKey(ValueStream, on_delete=models.PROTECT)


class Request(ChainParent):
    """What somebody asked for; runs under the version that was in force when it was sent.

    Another one it follows by a recorded migration alone (``moving``).

    ``principals`` is a cache of who may see it (code = id × 4 + kind: 0 department, 1 team,
    2 person, 3 fixed group), written only by ``services.visibility.refresh``.
    """

    CHAIN = "request"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "sent"
        IN_PROGRESS = "in_progress", "in progress"
        WAITING = "waiting", "waiting"
        FULFILLED = "fulfilled", "fulfilled"
        CLOSED = "closed", "closed"
        WITHDRAWN = "withdrawn", "withdrawn"
        DECLINED = "declined", "declined"
        CANCELLED = "cancelled", "cancelled"

    OPEN_STATES = ("submitted", "in_progress", "waiting")

    number = models.PositiveIntegerField(unique=True)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="requests")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="requests")
    value_stream = models.ForeignKey(ValueStream, on_delete=models.PROTECT)
    workflow_key = models.CharField(max_length=100)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="requests")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests")
    requester_department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    beneficiary = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    priority = models.CharField(
        max_length=100, blank=True, default="", help_text="A key of the offering; empty: as usual."
    )
    confidential = models.BooleanField(default=False)
    channel = models.CharField(max_length=12, default="browser")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    is_open = models.BooleanField(default=True)
    marking = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # None while the promise stands still; moves with its clock (``services.clock_rows``).
    promised_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="Until then it can be reopened; then it closes by itself."
    )
    reopened = models.PositiveSmallIntegerField(default=0, db_default=0)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    principals = ArrayField(models.IntegerField(), default=list)
    # Sub-resources are numbered within the request; the counters sit on the row that is locked.
    visit_count = models.PositiveIntegerField(default=0)
    handoff_count = models.PositiveIntegerField(default=0)
    decision_count = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    # Internal notes are numbered apart: what everybody reads has no gaps where they stand.
    note_count = models.PositiveIntegerField(default=0, db_default=0)
    file_count = models.PositiveIntegerField(default=0)
    clock_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        indexes = [
            GinIndex(fields=["principals"], name="request_principals"),
            GinIndex(
                fields=["principals"],
                name="request_principals_open",
                condition=models.Q(is_open=True),
            ),
            models.Index(
                fields=["promised_at", "id"],
                name="request_open_promised",
                condition=models.Q(is_open=True),
            ),
            models.Index(fields=["requester", "-id"], name="request_requester"),
            models.Index(
                fields=["beneficiary", "-id"],
                condition=models.Q(beneficiary__isnull=False),
                name="request_beneficiary",
            ),
            models.Index(
                fields=["offering", "requester_department", "-id"],
                condition=models.Q(is_open=True),
                name="request_open_alike",
            ),
            models.Index(
                fields=["closes_at", "id"],
                condition=models.Q(state="fulfilled"),
                name="request_closes",
            ),
            models.Index(
                fields=["offering", "fulfilled_at"],
                condition=models.Q(fulfilled_at__isnull=False),
                name="request_fulfilled",
            ),
        ]
        triggers = [ON_RECORD]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The number people use, such as R-10482."""
        return f"R-{self.number}"

    @property
    def askers(self) -> frozenset[int]:
        """Ids of who asked and of whom it is for."""
        return frozenset(pk for pk in (self.requester_id, self.beneficiary_id) if pk)


class RequestUserPermission(UserObjectPermissionBase):
    """An exception: this request is shared with this account. Direct key, so no orphan stays."""

    content_object = models.ForeignKey(Request, on_delete=models.CASCADE)


class StageVisit(models.Model):
    """One entry of a request to a stage; a loop makes several. Accountable is the role, not a name.

    ``holder`` is who took it; ``team`` who answers for it since it was accepted.

    ``queue_due`` is when our running clock ends, ``queue_risk`` when three quarters of its target
    are used; FAR where none runs. Both are written by ``services.clocks`` together with the clocks.
    ``queue_rank`` is what the request's priority makes of a target, in percent: of two that end at
    the same moment the one with less time comes first.
    ``asleep``: it sorts below the rest until the moment of its follow-up has come.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "offered"
        QUEUED = "queued", "queued"
        ACTIVE = "active", "in work"
        BLOCKED = "blocked", "stands still"
        DECIDING = "deciding", "waits for a decision"
        DONE = "done", "done"
        RETURNED = "returned", "returned"
        CANCELLED = "cancelled", "cancelled"

    LIVE = ("offered", "queued", "active", "blocked", "deciding")

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="visits")
    seq = models.PositiveIntegerField()
    stage_key = models.CharField(max_length=100)
    version = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Under which it was done, where the request follows another version since.",
    )
    token = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="visits")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    role_key = models.CharField(max_length=100, blank=True)
    is_rework = models.BooleanField(default=False)
    sources = ArrayField(models.PositiveIntegerField(), default=list)
    holder = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    est_touch_s = models.PositiveIntegerField(default=0)
    entered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    blocked_reason = models.CharField(max_length=40, blank=True)
    blocked_party = models.CharField(max_length=40, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    # By key of the item: who ticked it and when. The items themselves are in the pinned version.
    ticked = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    queue_due = models.DateTimeField(default=FAR)
    queue_risk = models.DateTimeField(default=FAR)
    queue_rank = models.PositiveSmallIntegerField(default=USUAL_RANK, db_default=USUAL_RANK)
    follow_up_at = models.DateTimeField(null=True, blank=True)
    asleep = models.BooleanField(default=False)
    question = models.TextField(blank=True, default="", db_default="")
    nudged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="visit_number"),
            models.UniqueConstraint(
                fields=["request", "token"],
                condition=models.Q(
                    state__in=["offered", "queued", "active", "blocked", "deciding"]
                ),
                name="visit_one_live_per_token",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "state"],
                condition=models.Q(
                    state__in=["offered", "queued", "active", "blocked", "deciding"]
                ),
                name="visit_team_live",
            ),
            models.Index(
                fields=["team", "asleep", "queue_due", "queue_rank", "id"],
                condition=models.Q(
                    state__in=["offered", "queued", "active", "blocked", "deciding"]
                ),
                name="visit_queue_place",
            ),
            models.Index(
                fields=["follow_up_at", "id"],
                condition=models.Q(asleep=True),
                name="visit_asleep",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage_key} #{self.seq}"


class Task(models.Model):
    """A piece of work within a visit; claiming it is exclusive."""

    class State(models.TextChoices):
        READY = "ready", "ready"
        CLAIMED = "claimed", "claimed"
        DONE = "done", "done"
        CANCELLED = "cancelled", "cancelled"

    visit = models.ForeignKey(StageVisit, on_delete=models.PROTECT, related_name="tasks")
    seq = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    assignee = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("visit_id", "seq")
        constraints = [models.UniqueConstraint(fields=["visit", "seq"], name="task_number")]

    def __str__(self) -> str:
        return self.title


class WorkSession(models.Model):
    """Somebody worked on a visit from then until then: measured touch time."""

    visit = models.ForeignKey(StageVisit, on_delete=models.PROTECT, related_name="sessions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="Ends by itself then: the working day is over."
    )

    class Meta:
        ordering = ("started_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(stopped_at=None),
                name="session_one_open_per_person",
            )
        ]
        indexes = [
            models.Index(
                fields=["closes_at"], condition=models.Q(stopped_at=None), name="session_open"
            )
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Comment(models.Model):
    """Something said on a request; internal notes are for the teams that worked on it.

    Messages and internal notes are numbered apart. What was taken back has no words any more; what
    was written first stays in the ledger.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="comments")
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role_name = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    body = models.TextField()
    internal = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("request_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["request", "internal", "seq"], name="comment_number")
        ]

    def __str__(self) -> str:
        return f"comment {self.seq}"


class Attachment(models.Model):
    """A file of a request; the content lies under its hash, the name is only shown.

    One that was removed keeps its row and hash; its content goes when nothing else names it.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="attachments")
    seq = models.PositiveIntegerField()
    field_key = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # No column of its own: the content lies once, however many files name its hash.
    content = models.ForeignObject(
        Content,
        null=True,
        on_delete=models.DO_NOTHING,
        from_fields=["sha256"],
        to_fields=["sha256"],
        related_name="+",
    )

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [models.UniqueConstraint(fields=["request", "seq"], name="attachment_number")]
        indexes = [
            models.Index(
                fields=["sha256"],
                name="attachment_content",
                condition=models.Q(removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name
