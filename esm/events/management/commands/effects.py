"""``manage.py effects list|retry|discard``: what was given up or comes late, without a browser."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import ServiceError
from esm.events.actors import SYSTEM
from esm.events.selectors import stuck
from esm.events.services import undelivered


class Command(BaseCommand):
    help = "List effects that were given up or come late; try them again, or discard them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["list", "retry", "discard"])
        parser.add_argument("keys", nargs="*", help="As listed, such as d17; none is all given up.")
        parser.add_argument("--reason", default="", help="Kept on record.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            rows = [*stuck.given_up(), *stuck.late()]
            for row in rows:
                due = f"{row.due_at:%Y-%m-%dT%H:%M:%SZ}"
                self.stdout.write(
                    f"{row.key} {row.state} {row.effect} {row.subject or '-'} {due}"
                    f" attempts {row.attempts} {row.error.splitlines()[0] if row.error else ''}"
                )
            self.stdout.write(f"{len(rows)} effects")
            return
        keys = options["keys"] or [row.key for row in stuck.given_up()]
        try:
            act = undelivered.retry if options["action"] == "retry" else undelivered.discard
            done = act(keys, reason=options["reason"], actor=SYSTEM)
        except ServiceError as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{options['action']}: {done} effects")
