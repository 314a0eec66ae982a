"""``manage.py ledger verify`` reads the ledger against its hashes; ``anchor`` seals its heads."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from esm.events.models import Event
from esm.events.services.anchors import anchor
from esm.events.services.checking import check_ledger
from esm.events.services.verify import verify


class Command(BaseCommand):
    help = "Verify the ledger or seal its heads. Ends with 1 when a row is not what was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify", "anchor"])
        parser.add_argument("--chain", action="append", help="Only this chain, such as request/17.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "anchor":
            row = anchor()
            digest = bytes(row.digest).hex()
            self.stdout.write(f"Anchor {row.pk}: {row.chains} chains, {digest}")
            return
        start = time.perf_counter()
        if options["chain"]:
            faults, count = verify(options["chain"]), Event.objects.count()
        else:
            faults, count = check_ledger()
        for fault in faults:
            event = fault.event_id or "-"
            self.stdout.write(f"{fault.kind} {fault.chain} {fault.seq} {event} {fault.sentence}")
        took = time.perf_counter() - start
        if faults:
            self.stderr.write(f"{len(faults)} faults in {count} events ({took:.1f} s)")
            sys.exit(1)
        self.stdout.write(f"Ledger whole: {count} events ({took:.1f} s)")
