"""An auditor changes nothing: every address that changes something, asked with every method.

What is everybody's own is left out, and named: how one reads the portal, one's notices, one's
tokens and webhooks, what one asks for oneself.
"""

from http.cookies import SimpleCookie

import pytest
from django.db import transaction
from django.test import Client

from esm.events.models import Event
from governance.models import Person
from tests.permissions import making
from tests.permissions.asking import METHODS, answer
from tests.permissions.matrix import ROWS
from tests.permissions.world import Stage

pytestmark = pytest.mark.django_db
CHANGING = [method for method in METHODS if method != "get"]
# Not allowed, not there, no such method; not signed as it must be; nothing that could be changed.
REFUSED = {400, 401, 403, 404, 405, 409, 422}
OWN = {
    "how one reads the portal": (
        "theme post", "keys post", "api-keys put", "profile post", "sign-out post",
        "service-pin post", "service-unpin post", "api-service-pin put", "api-service-pin delete",
        "view-new post", "flow-view-new post", "api-docs post", "api-offering-similar post",
    ),
    "one's notices": (
        "inbox-read post", "inbox-preferences post", "inbox-unsubscribe post",
        "api-inbox-read post", "api-inbox-follow post", "api-inbox-preferences patch",
        "api-inbox-times put",
    ),
    "one's tokens and webhooks, which see what one sees": (
        "token-new post", "api-tokens post", "webhook-new post", "api-webhooks post",
    ),
    "what one says of the model": ("model-comment post",),
    "what one would like to be different": (
        "proposal-new post", "api-proposals post", "improvement-new post", "api-improvements post",
    ),
    "when one is away": ("absences post", "api-absences post"),
    "what one asks for oneself, as everybody may": (
        "service-start post", "api-requests post", "api-requests-batch post", "api-templates post",
        "api-replies post", "request-children post", "api-waivers post",
    ),
    "many at once, each of which is refused": ("queue-bulk post", "api-requests-bulk post"),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(stage: Stage, django_db_blocker: object) -> dict[str, int]:
    """How many events each change wrote that was not refused, by address and method."""
    allowed: dict[str, int] = {}
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        person = Person.objects.create(key="plain-auditor", name="Plain Auditor")
        account = making.an_account("plain-auditor", person, is_auditor=True)
        client = Client()
        client.force_login(account)
        signed_in = client.cookies.output(header="", attrs=[])
        for row in {(r.name, r.place): r for r in ROWS}.values():
            for method in CHANGING:
                if method not in row.methods:
                    continue
                # Signing out is one of them.
                client.cookies = SimpleCookie(signed_in)
                with transaction.atomic():
                    before = Event.objects.count()
                    status = answer(row, method, client, stage, row.address(stage)).status_code
                    written = Event.objects.count() - before
                    transaction.set_rollback(True)
                if status not in REFUSED:
                    allowed[f"{row.name} {method}"] = written
                else:
                    assert written == 0, row.name
        transaction.set_rollback(True)
    return allowed


def test_nothing_but_what_is_everybodys_own(found: dict[str, int]) -> None:
    named = {one for group in OWN.values() for one in group}
    assert found.keys() - named == set(), "an auditor may change something"
    assert named - found.keys() == set(), "named, though it is refused"
    assert {found[one] for one in OWN["many at once, each of which is refused"]} == {0}
