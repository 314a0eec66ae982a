"""``manage.py events export --jsonl`` writes the ledger as lines of JSON."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.dateparse import parse_date, parse_datetime

from esm.events.selectors.export import lines


class Command(BaseCommand):
    help = "Export events by chain and number, one JSON object per line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["export"])
        parser.add_argument("--jsonl", action="store_true", help="Lines of JSON (the only format).")
        parser.add_argument(
            "--stable",
            action="store_true",
            help="Leave out what two runs of the same history differ in: ids, recorded_at, salts,"
            " hashes.",
        )
        parser.add_argument("--since", help="Only events that occurred then or later (ISO 8601).")
        parser.add_argument("--out", help="Write to this file instead of standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        since = _moment(options["since"]) if options["since"] else None
        count = 0
        with ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            write: Callable[[str], object] = self.stdout.write
            if options["out"]:
                file = stack.enter_context(open(options["out"], "w", encoding="utf-8"))
                write = file.write
            for line in lines(since=since, stable=options["stable"]):
                write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")
                count += 1
        if options["out"]:
            self.stderr.write(f"{count} events written to {options['out']}")


def _moment(text: str) -> datetime:
    """A date or a moment; one without a zone is UTC. Raises CommandError."""
    try:
        day = parse_date(text)
        if day is not None:
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--since: {error}.") from error
    if moment is None:
        raise CommandError("--since must be a date or a moment like 2026-07-01T09:30:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
