"""Write the words that requests are found by anew."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows.services import indexing


class Command(BaseCommand):
    """``manage.py rebuild_search``: safe at any time; search goes on meanwhile."""

    help = "Write the words that requests are found by anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{indexing.rebuild()} requests can be found.")
