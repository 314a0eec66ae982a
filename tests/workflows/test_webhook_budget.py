"""What messages to webhooks ask of the database: once for all that are sent together."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common.outward.posting import Answer
from esm.events.actors import SYSTEM
from esm.events.models import Delivery, WebhookEndpoint, WebhookMessage
from esm.events.services import letters, sending, webhook_claims, webhooks
from esm.events.services.sending import Outcome, Result


def cost(act: Any) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as found:
        result = act()
    return len([q for q in found if "SAVEPOINT" not in q["sql"]]), result


@pytest.fixture
def owners(demo: Any, settings: Any) -> list[User]:
    """Two people who see requests of this offering; nothing is owed to anybody."""
    settings.OUTWARD_ALLOWED = ["127.0.0.1"]
    demo.play(demo.submit(), until=4)
    Delivery.objects.all().delete()
    return [User.objects.get(username=name) for name in ("helmi", "yusra")]


def hear(owner: User, count: int) -> None:
    """So many webhooks of one person."""
    for number in range(count):
        webhooks.make_endpoint(
            owner, url=f"http://127.0.0.1:9/{number}", types=["visit.*"], by=owner, actor=SYSTEM
        )


def send(demo: Any) -> tuple[int, int, int]:
    """Send what is owed first: (messages, queries of claiming and noting, queries of writing)."""
    claiming, claims = cost(lambda: webhook_claims.claim(64))
    writing, found = cost(lambda: letters.written(claims))
    outcome = Outcome()
    ended = [
        (one, letter, Result(0.0, Answer(200, b"thanks", cut=False)))
        for one, letter in found.letters
    ]
    noting, _ = cost(lambda: sending.note(ended, outcome))
    assert (outcome.done, outcome.stale) == (len(claims), 0)
    assert len(found.letters) == len(claims)
    return len(claims), claiming + noting, writing


@pytest.mark.parametrize("count", [1, 8])
def test_messages_that_go_together_cost_what_one_costs(
    demo: Any, owners: list[User], count: int
) -> None:
    hear(owners[0], count)
    demo.play(demo.submit(), until=4)
    send(demo)
    claims, around, writing = send(demo)
    assert claims == count
    assert (around, writing) == (5, 6)
    assert WebhookMessage.objects.filter(state="delivered", attempts=1).count() == 2 * count
    assert WebhookEndpoint.objects.filter(lease_until__isnull=False).count() == 0
