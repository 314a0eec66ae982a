"""``manage.py people apply FILE``: persons, accounts, holders, absences, days off."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import ServiceError
from governance.management.commands.model import ACTOR, add_anchor, week_one
from governance.services.people_file import PeopleFileError, apply_people


class Command(BaseCommand):
    help = "Apply a file of people; applying it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        apply = verbs.add_parser("apply")
        apply.add_argument("file", type=Path)
        add_anchor(apply)

    def handle(self, *args: Any, **options: Any) -> None:
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
