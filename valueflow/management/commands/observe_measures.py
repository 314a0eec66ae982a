"""Write down what computed measures were in the periods that are over."""

from typing import Any

from django.core.management.base import BaseCommand

from valueflow.services.observe import observe_measures


class Command(BaseCommand):
    """``manage.py observe_measures``: what the beat does once a day; again it changes nothing."""

    help = "Record the computed measures for every period that is over and not recorded yet."

    def handle(self, *args: Any, **options: Any) -> None:
        count = observe_measures()
        self.stdout.write(f"{count:,} observations recorded")
