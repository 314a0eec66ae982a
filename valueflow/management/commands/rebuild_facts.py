"""Rebuild the read models of value flow from the ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from valueflow.services import rollups
from valueflow.services.attribute import attribute_waits
from valueflow.services.project import rebuild_all


class Command(BaseCommand):
    """``manage.py rebuild_facts``: the same path as the projector, over every request."""

    help = "Recompute the facts of every request from its events, and what is counted of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--counts", action="store_true", help="only the counts, from the facts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["counts"]:
            self.stdout.write(f"{rollups.rebuild():,} counts made")
            return
        count = rebuild_all()
        attribute_waits(weeks=None)
        self.stdout.write(f"facts of {count:,} requests rebuilt")
