"""Webhooks out: whom events are sent to, under which secrets, and how it went."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent


class WebhookEndpoint(ChainParent):
    """An address that is sent the events its owner may see.

    ``types`` are types of events, a first word with a star (``request.*``) or a star alone.
    ``failures`` counts attempts that failed in a row; while ``probe_at`` is set, the breaker is
    open and nothing is sent before it, then one message as a probe. Whoever sends holds the lease,
    so that at most one message is under way. ``id_key`` makes ids of messages that tell nothing.
    """

    CHAIN = "webhook"

    class State(models.TextChoices):
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused"
        ENDED = "ended", "ended"

    key = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks"
    )
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    types = ArrayField(models.CharField(max_length=60))
    state = models.CharField(max_length=6, choices=State.choices, default=State.ACTIVE)
    ended_by = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    id_key = models.BinaryField(max_length=16)
    sequence = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    probe_at = models.DateTimeField(null=True)
    turn_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["owner", "-id"], name="webhook_owner")]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def ref(self) -> str:
        """What the ledger calls it."""
        return f"webhook {self.key}"

    @property
    def condition(self) -> str:
        """Its state as people read it: an open breaker is one."""
        return "tripped" if self.state == "active" and self.probe_at else str(self.state)


class WebhookSecret(models.Model):
    """What messages of an endpoint are signed with; two of them for a while after a rotation.

    Only the salt is kept: the secret comes from it and the installation's own key, so that the
    tables alone do not give it away.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="secrets")
    salt = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"secret of {self.endpoint_id}"


class WebhookMessage(models.Model):
    """One event on its way to one endpoint, from its first attempt on; kept for 30 days.

    ``sequence`` is its place among all messages of the endpoint. Attempts are counted by the
    delivery; here are those whose end is known.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        FAILED = "failed", "given up"

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    event_id = models.BigIntegerField()
    bucket = models.DateField()
    chain = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    sequence = models.IntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)

    class Meta:
        ordering = ("-sequence",)
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_message_once"),
            models.UniqueConstraint(fields=["endpoint", "sequence"], name="webhook_sequence_once"),
        ]
        indexes = [models.Index(fields=["first_at"], name="webhook_message_first")]

    def __str__(self) -> str:
        return f"{self.type} as {self.sequence} of {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One attempt whose end is known: the status, or why there was none.

    ``answer`` is the beginning of the body as text; what could not be shown is replaced.
    """

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="tries")
    number = models.IntegerField()
    at = models.DateTimeField()
    duration_ms = models.IntegerField()
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True)
    cut = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.message_id}"
