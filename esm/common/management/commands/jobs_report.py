"""``manage.py jobs_report``: clicks and seconds of the commonest jobs, as tested last."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from esm.common import daily_jobs


class Command(BaseCommand):
    help = "Print clicks from home, answers and seconds of each daily job; fails over six clicks."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for line in daily_jobs.lines(settings.BASE_DIR):
            self.stdout.write(line)
        wrong = daily_jobs.too_many(settings.BASE_DIR)
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"None takes more than {daily_jobs.MOST_CLICKS} clicks from home.")
