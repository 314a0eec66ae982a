"""The append-only ledger."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """Something that happened; never changed, never deleted.

    Partitioned by ``bucket``, the month in which its chain was opened: every look-up names it.
    The database's key is (bucket, id); ids come from one sequence. ``version`` is the primary key
    of the model version that rules the parent. ``recorded_at`` is the machine's time, all other
    moments are those of the portal's clock.
    """

    id = models.BigAutoField(primary_key=True)
    bucket = models.DateField()
    chain = models.CharField(max_length=60)
    seq = models.IntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    type = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    actor = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=100, blank=True)
    team = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)
    version = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    private_hash = models.BinaryField(max_length=32, null=True)
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("bucket", "chain", "seq")
        constraints = [
            models.UniqueConstraint(fields=["bucket", "chain", "seq"], name="event_seq_once")
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.type}"


class EventPrivate(models.Model):
    """Names and free text of one event; its salted hash is in the chain.

    Erasing sets salt and content to null and keeps the row, so that an erased text and a lost one
    look different.
    """

    event_id = models.BigIntegerField(primary_key=True)
    bucket = models.DateField()
    salt = models.BinaryField(max_length=16, null=True)
    content = models.JSONField(null=True)
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"private of {self.event_id}"


class ChainAnchor(models.Model):
    """The heads of all chains that grew since the anchor before, sealed in one digest.

    ``digest`` = sha256(previous digest || canonical JSON of ``heads``): it covers all heads there
    ever were. ``heads`` is {chain: [bucket, seq, hash in hex]}.
    """

    taken_at = models.DateTimeField(db_default=Now())
    heads = models.JSONField()
    chains = models.IntegerField()
    prev_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"anchor {self.pk} of {self.chains} chains"
