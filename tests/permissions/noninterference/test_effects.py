"""What administrators are told of effects of things they may not see: that they wait (ADR 0012)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from django.db import transaction

from esm.events.models import Delivery, Event
from governance.models import Person
from tests.permissions.asking import answer
from tests.permissions.matrix import ROWS
from tests.permissions.noninterference import hidden
from tests.permissions.noninterference.comparing import EFFECTS, Answer, bytes_of
from tests.permissions.world import Stage
from workflows.models import Clock, Request

pytestmark = pytest.mark.django_db

# Keys of effects are numbers of rows.
KEYS = re.compile(r"\bd\d+\b")


@contextmanager
def a_world(stage: Stage, seed: int) -> Iterator[Request]:
    """One more confidential request, some of whose effects were given up and some come late."""
    with transaction.atomic():
        chance = Random(seed)
        asker = Person.objects.order_by("-pk").filter(active=True)[seed]
        request = hidden.sent_by(stage, asker, chance)
        assert request.confidential
        assert not hidden.sees(stage, ("admin",), request)
        event = Event.objects.filter(chain=f"request/{request.pk}").earliest("seq")
        error = f"ValueError: {hidden.secret(chance)} of {asker.name}"
        for state, attempts in (("dead", 5), ("due", 2)):
            Delivery.objects.create(
                event_id=event.pk,
                bucket=event.bucket,
                consumer="mail",
                queue="mail",
                state=state,
                attempts=attempts,
                error=error,
                due_at=stage.world.now,
            )
        # The machine's own time, which goes on between two worlds.
        Delivery.objects.update(created_at=stage.world.now)
        Clock.objects.filter(request=request).update(next_due=stage.world.now)
        stage.world.tick(minutes=10)
        yield request
        stage.world.tick(minutes=-10)
        transaction.set_rollback(True)


def told(stage: Stage) -> list[Answer]:
    """Both addresses, each question of them, without the keys of rows."""
    found = []
    for name in EFFECTS:
        row = next(row for row in ROWS if row.name == name)
        for more in ("", "?state=late") if row.is_api else ("",):
            client = stage.client("admin")
            status, head, text = bytes_of(
                answer(row, "get", client, stage, row.address(stage) + more)
            )
            assert status == 200
            found.append((status, head, KEYS.sub("", text)))
    return found


def test_another_hidden_thing_with_as_many_effects_changes_no_byte(stage: Stage) -> None:
    with a_world(stage, 1) as request:
        ours, one = str(request.ref), told(stage)
    with a_world(stage, 2):
        other = told(stage)
    assert one == other
    assert not any(hidden.CANARY in text or ours in text for _, _, text in one)


def test_that_it_waits_is_told(stage: Stage) -> None:
    without = told(stage)
    with a_world(stage, 1):
        found = told(stage)
    assert [a[2] == b[2] for a, b in zip(without, found, strict=True)] == [False, False, False]
    page = found[0][2]
    assert "about something you may not see" in page
    assert "ValueError" in page
