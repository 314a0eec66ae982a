"""``manage.py first_account``: where the first account of an empty installation is opened."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from governance.selectors.starting import installation_is_new
from governance.services.first_account import setup_key


class Command(BaseCommand):
    help = "Print the address at which the first account is opened, while there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", default="", help="what stands before it: http://host:port")

    def handle(self, *args: Any, **options: Any) -> None:
        if installation_is_new():
            address = f"{options['at']}{reverse('first-account', args=[setup_key()])}"
            self.stdout.write(f"Open the first account: {address}")
