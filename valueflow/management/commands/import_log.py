"""Import an event log of another system and print its figures."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import ServiceError
from valueflow.logs.mapping import load_mapping
from valueflow.models import EventLog
from valueflow.services.import_log import import_file


class Command(BaseCommand):
    """``manage.py import_log FILE [--mapping FILE] [--json]``."""

    help = "Import a CSV log (plain or gzipped); broken rows are listed, the others imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="YAML or JSON file naming the columns")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            mapping = load_mapping(options["mapping"]) if options["mapping"] else None
            row = import_file(path, mapping=mapping)
        except ServiceError as refused:
            raise CommandError(refused.sentence) from refused
        self._bad_rows(row)
        if options["json"]:
            self.stdout.write(json.dumps(row.figures, indent=1, ensure_ascii=False))
        else:
            self._words(row)

    def _bad_rows(self, row: EventLog) -> None:
        for bad in row.bad_rows.order_by("line").iterator():
            self.stderr.write(f"line {bad.line}: {bad.reason}")
        if row.bad_count:
            self.stderr.write(f"{row.bad_count:,} of {row.rows_read:,} rows were left out.")

    def _words(self, row: EventLog) -> None:
        found = row.figures
        self.stdout.write(f"{row.name}: {row.case_count:,} cases, {row.event_count:,} events")
        for sentence in (*row.profile["guesses"], *row.profile["notes"]):
            self.stdout.write(f"  {sentence}")
        self.stdout.write(
            f"  {found['activities']} activities, {found['variants']:,} variants, "
            f"{found['groups']} groups, {found['handovers_total']:,} handovers"
        )
        self.stdout.write(f"See it at /logs/{row.pk}/")
