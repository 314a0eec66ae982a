"""Ann, her webhooks and a receiver on loopback."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.events import registries
from esm.events.actors import Actor
from esm.events.registries import Sight, Told
from esm.events.registry import EventRow
from esm.events.services import webhooks
from governance.models import ModelVersion
from tests.sink import Sink
from tests.sink import sink as running

ME = Actor(kind="person", ref="P-1")


@dataclass
class Portal:
    """Ann has webhooks; ``hidden`` are numbers of events she may not hear of."""

    ann: User
    sink: Sink
    parent: ModelVersion
    hidden: set[int] = field(default_factory=set)
    now: datetime = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
    broken: set[int] = field(default_factory=set)

    def tell(self, user: User, events: Sequence[EventRow]) -> Told:
        numbers = {event.id: event.data["number"] for event in events}
        if self.broken & set(numbers.values()):
            raise ValueError("no words for this")
        seen = user == self.ann
        return {
            pk: {"number": number}
            for pk, number in numbers.items()
            if seen and number not in self.hidden
        }

    def made(self, path: str = "/ok", *types: str) -> webhooks.Shown:
        """A webhook of Ann's to the sink."""
        return webhooks.make_endpoint(
            self.ann, url=self.sink.url(path), types=types or ("probe.*",), by=self.ann, actor=ME
        )

    def tick(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def came(self, path: str = "/ok") -> list[int]:
        """Numbers of the events that came to an address, in order."""
        return [json.loads(one.body)["data"]["number"] for one in self.sink.at(path)]


@pytest.fixture
def portal(parent: ModelVersion, settings: Any, monkeypatch: Any) -> Iterator[Portal]:
    settings.OUTWARD_ALLOWED = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://portal.example"
    monkeypatch.setattr(registries, "_sights", dict(registries._sights))
    with running() as sink:
        found = Portal(User.objects.create_user("ann"), sink, parent)
        sight = Sight(
            seen=lambda _user, pks: pks,
            heard=lambda _user, rows: list(rows),
            tell=found.tell,
            words=frozenset({"probe"}),
        )
        registries.register_sight("model", sight)
        clock.set_source(lambda: found.now)
        yield found
        clock.set_source(None)
