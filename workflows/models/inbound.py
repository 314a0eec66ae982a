"""Webhooks in: from whom messages are taken, and what became of each."""

from django.db import models

from catalog.models import Offering
from esm.accounts.models import ServiceAccount
from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import Person


class InboundSource(ChainParent):
    """A program outside whose signed messages become requests of one offering.

    They are asked for by ``requester``, by the hand of a service account. ``mapping`` says for each
    field of the form where its answer stands: ``{"path": ["order", "total"]}`` or
    ``{"value": "new"}``. Messages that nobody believed are counted, not kept: anybody can send
    them.
    """

    CHAIN = "source"

    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    program = models.ForeignKey(ServiceAccount, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    refused = models.IntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    refused_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """What the ledger calls it."""
        return f"source {self.key}"


class InboundSecret(models.Model):
    """What a source signs with; two of them for a while after a rotation. Only the salt is kept."""

    source = models.ForeignKey(InboundSource, on_delete=models.CASCADE, related_name="secrets")
    salt = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"secret of {self.source_id}"


class InboundMessage(models.Model):
    """One believed message, once per id, with the answer that is given each time it comes."""

    source = models.ForeignKey(InboundSource, on_delete=models.CASCADE, related_name="messages")
    webhook_id = models.CharField(max_length=200)
    received_at = models.DateTimeField(default=clock.now)
    request_ref = models.CharField(max_length=20, blank=True)
    refusal = models.TextField(blank=True)
    answer = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["source", "webhook_id"], name="inbound_message_once")
        ]

    def __str__(self) -> str:
        return self.webhook_id
