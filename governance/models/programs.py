"""What is kept about programs that act here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.accounts.models import ServiceAccount
from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.people import Person


class Program(ChainParent):
    """A program: who answers for it, and what its tokens may be made for.

    Its key, name and role are those of its service account. Without an owner it is one from before
    there were owners.
    """

    CHAIN = "program"

    account = models.OneToOneField(ServiceAccount, on_delete=models.PROTECT, related_name="kept")
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="programs"
    )
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("account__name", "pk")

    def __str__(self) -> str:
        return str(self.account.name)

    @property
    def ref(self) -> str:
        """What the ledger calls it when it acts."""
        return f"svc:{self.account.key}"
