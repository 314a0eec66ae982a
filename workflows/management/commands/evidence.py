"""``manage.py evidence R-10001 [--out FILE]``: what proves a request or a decision, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.accounts.models import User
from esm.common.errors import NotFound, ServiceError
from governance.models import Decision
from governance.selectors import decisions
from governance.services import evidence
from workflows.models import Request
from workflows.selectors import requests as seen


class Command(BaseCommand):
    help = (
        "Write the evidence of a request (R-10001) or a decision on it (R-10001/1) as a zip file."
        " Texts and names are given as far as the account of --as reads them; without it none are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ref", help="Such as R-10001, or R-10001/1 for its first decision.")
        parser.add_argument("--out", help="Write to this file; else one named for what it is.")
        parser.add_argument("--as", dest="user", default="", help="Username of an auditor.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = self._user(options["user"])
            bundle = self._take(options["ref"], user)
        except ServiceError as refused:
            raise CommandError(refused.sentence) from refused
        path = Path(options["out"] or bundle.name)
        path.write_bytes(bundle.content)
        self.stdout.write(f"{bundle.digest}  {path}")

    def _user(self, name: str) -> User | None:
        if not name:
            return None
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active account named {name}.")
        return found

    def _take(self, ref: str, user: User | None) -> evidence.Bundle:
        number, slash, seq = ref.partition("/")
        if user is None:
            request = Request.objects.filter(number=seen.number_of(number)).first()
        else:
            request = seen.by_ref(user, number)
        if request is None:
            raise NotFound("This request does not exist.")
        if not slash:
            return evidence.take_of_subject("request", request.pk, ref=request.ref, user=user)
        rows = decisions.visible_to(user) if user else Decision.objects.all()
        rows = rows.filter(subject_kind="request", subject_id=request.pk)
        decision = rows.filter(seq=int(seq)).first() if seq.isascii() and seq.isdigit() else None
        if decision is None:
            raise NotFound("There is no such decision.")
        return evidence.take_of_decision(decision, user=user)
