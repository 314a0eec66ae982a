"""``manage.py seed_demo``: the demo organisation and its past, into an empty database."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.services.seeding import Seeded, seed
from esm.common.errors import ServiceError


def _weeks(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise ArgumentTypeError("write weeks like 14-39")
    return int(first), int(last or first)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write a day like 2026-11-23") from error


class Command(BaseCommand):
    help = "Write the demo organisation and its past into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--scale", type=float, help="share of the requests")
        parser.add_argument(
            "--anchor",
            type=_day,
            help="day of the last week on which it ends at 16:00 (default: now)",
        )
        parser.add_argument("--weeks", type=_weeks, help="for example 14-39 (default: all)")
        parser.add_argument("--no-history", action="store_true", help="models and people only")
        parser.add_argument("--json", action="store_true", help="figures as JSON, no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = options["json"] or options["verbosity"] == 0
        try:
            found = seed(
                seed=options["seed"],
                scale=options["scale"],
                anchor=options["anchor"],
                weeks=options["weeks"],
                history=not options["no_history"],
                say=(lambda sentence: None) if quiet else self._say,
            )
        except ServiceError as error:
            raise CommandError(error.sentence) from error
        if options["json"]:
            self.stdout.write(json.dumps(_data(found), sort_keys=True))
        elif not quiet:
            self._report(found)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _report(self, found: Seeded) -> None:
        figures = found.cost.data()
        for label, value in (
            ("Requests", found.requests),
            ("Events", found.events),
            ("Service calls", figures["service_calls"]),
            ("Seconds", figures["seconds"]),
            ("Calls per second", figures["calls_per_second"]),
            ("Queries per call", figures["queries_per_call"]),
            ("CPU ms per call", figures["cpu_ms_per_call"]),
            ("Seconds for the facts", round(found.projection.wall_s, 2)),
        ):
            self.stdout.write(f"{label:<24}{value:>12,}")
        kinds = ", ".join(f"{n} {kind}" for kind, n in figures["calls_by_kind"].items())
        self.stdout.write(f"Calls: {kinds}")


def _data(found: Seeded) -> dict[str, Any]:
    return {
        "requests": found.requests,
        "events": found.events,
        **found.cost.data(),
        "projection_seconds": round(found.projection.wall_s, 2),
    }
