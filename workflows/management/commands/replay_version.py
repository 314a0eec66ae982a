"""``manage.py replay_version CODE [--days N] [--json]``: the last days under a version, whole.

Pages look at the latest 2,000 decisions and requests; this looks at all of them. Writes nothing.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from governance.models import ModelVersion
from workflows.selectors.change_pack import figures
from workflows.selectors.replaying import DAYS, replay


class Command(BaseCommand):
    help = "Say which decisions and requests of the last days would have gone another way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="Of the version, such as OM-4.")
        parser.add_argument("--days", type=int, default=DAYS, help="How far back; 90 by default.")
        parser.add_argument("--json", action="store_true", help="As JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        version = ModelVersion.objects.filter(code=options["code"]).first()
        if version is None:
            raise CommandError(f"There is no version {options['code']}; see /model/ for those.")
        if not 1 <= options["days"] <= 3650:
            raise CommandError("Name a number of days from 1 to 3650.")
        found = replay(version, days=options["days"], most=None)
        told = figures(found)
        if options["json"]:
            self.stdout.write(DjangoJSONEncoder(indent=1).encode(told))
            return
        self.stdout.write(
            f"{found.share} % of {found.with_decisions} requests with a decision would have gone "
            f"to another decider, {found.otherwise} % of {found.requests} requests another way."
        )
        for name, newly, gone in found.steps:
            self.stdout.write(f"  {name}: newly in {newly}, no longer in {gone}")
