"""``manage.py check_invariants``: one line per invariant; ends non-zero on a violation."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from esm.common import invariants

SHOWN = 20


class Command(BaseCommand):
    help = "Checks the properties that must always hold on the stored data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {i.key: invariants.violations(i) for i in invariants.invariants()}
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for invariant in invariants.invariants():
                self._line(invariant, found[invariant.key])
        broken = [key for key, wrong in found.items() if wrong]
        if broken:
            raise CommandError(f"Violated: {', '.join(broken)}.")

    def _line(self, invariant: invariants.Invariant, wrong: list[str]) -> None:
        state = f"{len(wrong)} violations" if wrong else "holds"
        self.stdout.write(f"{invariant.key:<4} {state:<14} {invariant.sentence}")
        for sentence in wrong[:SHOWN]:
            self.stdout.write(f"       {sentence}")
