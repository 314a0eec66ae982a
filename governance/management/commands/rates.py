"""``manage.py rates apply FILE [--dry-run]``: exchange rates of a CSV, all or none of them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import Invalid, ServiceError
from governance.management.commands.model import ACTOR
from governance.services import rates


class Command(BaseCommand):
    help = "Keep the rates of a file; applying it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        apply = verbs.add_parser("apply")
        apply.add_argument("file", type=Path)
        apply.add_argument("--dry-run", action="store_true", help="Say what it would do.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
            lines = rates.look(content, actor=ACTOR)
            if not options["dry_run"]:
                why = f"File {options['file'].name}"
                rates.apply_content(content, reason=why, actor=ACTOR)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}") from error
        except Invalid as error:
            for sentence in error.errors.get("file", []):
                self.stderr.write(sentence)
            raise CommandError(f"{error.sentence} Nothing was changed.") from error
        except ServiceError as error:
            raise CommandError(error.sentence) from error
        new = [one for one in lines if one.state in ("new", "replaces")]
        for one in lines:
            said = one.wrong or {"same": "as it is", "new": "new"}.get(one.state, "replaces")
            self.stdout.write(f"line {one.line}: {' '.join(one.cells.values())}: {said}")
        done = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(new)} of {len(lines)} {done}.")
