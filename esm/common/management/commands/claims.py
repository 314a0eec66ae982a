"""``manage.py claims``: what the portal promises, and the page and test that show it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from esm.common.claims import claims


class Command(BaseCommand):
    help = "Print each claim with the page and the passing test that shows it, or «not yet»."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = claims(settings.BASE_DIR)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        for claim in found:
            self.stdout.write(f"{claim.key}  {claim.words}")
            for shown in claim.shown:
                self.stdout.write(f"     {shown.page}  {shown.test}")
            if not claim.shown:
                self.stdout.write("     not yet")
        kept = sum(1 for claim in found if claim.shown)
        self.stdout.write(f"{kept} of {len(found)} shown")
