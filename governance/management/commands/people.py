"""People from files.

``manage.py people apply FILE``: persons, accounts, holders, absences, days off, as YAML.
``manage.py people import FILE [--dry-run]``: persons, teams and roles, as CSV.
``manage.py people export``: everybody as CSV.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import Invalid, ServiceError
from governance.management.commands.model import ACTOR, add_anchor, week_one
from governance.services import people_csv
from governance.services.people_file import PeopleFileError, apply_people


class Command(BaseCommand):
    help = "Apply a file of people; applying it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        apply = verbs.add_parser("apply")
        apply.add_argument("file", type=Path)
        add_anchor(apply)
        table = verbs.add_parser("import")
        table.add_argument("file", type=Path)
        table.add_argument("--dry-run", action="store_true", help="Say what it would do.")
        verbs.add_parser("export")

    def handle(self, *args: Any, **options: Any) -> None:
        {"apply": self._apply, "import": self._import, "export": self._export}[options["verb"]](
            options
        )

    def _export(self, options: dict[str, Any]) -> None:
        self.stdout.write(people_csv.export_people(), ending="")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            content = options["file"].read_bytes()
            plan = people_csv.look(content, actor=ACTOR).plan
            if plan is not None and not options["dry_run"]:
                people_csv.apply_content(
                    content, reason=f"File {options['file'].name}", actor=ACTOR
                )
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}") from error
        except Invalid as error:
            for sentence in error.errors.get("file", []):
                self.stderr.write(sentence)
            raise CommandError(f"{error.sentence} Nothing was changed.") from error
        if plan is None:
            raise CommandError("No column names people; give the header name, mail, team …")
        for row in plan.changes:
            said = "; ".join(row.wrong or row.words)
            self.stdout.write(f"line {row.line}: {row.name or '—'}: {said}")
        done = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(plan.changes) - plan.count('wrong')} of {len(plan.rows)} {done}.")

    def _apply(self, options: dict[str, Any]) -> None:
        try:
            report = apply_people(options["file"], actor=ACTOR, week_one=week_one(options))
        except PeopleFileError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError("Nothing was changed.") from error
        except ServiceError as error:
            raise CommandError(error.sentence) from error
        for change in report.changes:
            self.stdout.write(change)
        if report.nothing:
            self.stdout.write("Nothing changed.")
