"""Rebuild the read models of value flow from the ledger."""

from typing import Any

from django.core.management.base import BaseCommand

from valueflow.services.attribute import attribute_waits
from valueflow.services.project import rebuild_all


class Command(BaseCommand):
    """``manage.py rebuild_facts``: the same path as the projector, over every request."""

    help = "Recompute the facts of every request from its events."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild_all()
        attribute_waits(weeks=None)
        self.stdout.write(f"facts of {count:,} requests rebuilt")
