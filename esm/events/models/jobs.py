"""What keeps the clockwork honest: slots that ran, signs of life, the demo's clock."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


class JobRun(models.Model):
    """A slot (UTC) of a job that ran; unique, so that any number of tickers run it once."""

    job = models.CharField(max_length=60)
    slot = models.DateTimeField()
    ran_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("job", "slot")
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_slot_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%dT%H:%MZ}"


class Heartbeat(models.Model):
    """The last sign of life of a process, on the database's clock.

    ``note`` is empty while all is well, else what keeps it from its work.
    """

    name = models.CharField(max_length=80, unique=True)
    queue = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    note = models.TextField(db_default="")

    def __str__(self) -> str:
        return self.name


class ClockOffset(models.Model):
    """How far the demo's clock is ahead of the machine's; one row at most."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_offset_single"),
            models.CheckConstraint(
                condition=models.Q(offset__gte=timedelta(0)), name="clock_offset_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"clock + {self.offset}"
