"""``manage.py demo_token``: an API token for the demo's program, shown once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from esm.accounts.choices import TokenScope
from esm.accounts.models import ServiceAccount
from esm.accounts.services.tokens import create_token
from esm.common.errors import ServiceError

NOT_GIVEN = {TokenScope.ADMIN, TokenScope.MODEL_WRITE, TokenScope.DECIDE}


class Command(BaseCommand):
    help = "Make an API token for a program of the demo and print it; it is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", help="key of the program (default: the only one)")
        parser.add_argument("--scope", action="append", choices=TokenScope.values, dest="scopes")
        parser.add_argument("--name", default="demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo; make tokens in the portal.")
        accounts = ServiceAccount.objects.filter(active=True).select_related("user")
        if options["account"]:
            accounts = accounts.filter(key=options["account"])
        account = accounts.order_by("pk").first()
        if account is None:
            raise CommandError("There is no such program; seed the demo first.")
        scopes = options["scopes"] or [s for s in TokenScope.values if s not in NOT_GIVEN]
        try:
            made = create_token(account.user, name=options["name"], scopes=scopes)
        except ServiceError as error:
            raise CommandError(error.sentence) from error
        self.stderr.write(f"{account.name} may: {', '.join(made.token.scopes)}")
        self.stdout.write(made.text)
