"""A chain to record on, and events of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from django.db import transaction

from esm.events import registry
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import dispatch
from esm.events.services.ledger import record
from esm.events.types import DomainEvent
from governance.models import ModelVersion

ACTOR = Actor(kind="person", ref="P-7", role="reviewer", team="north", department="legal")


@pytest.fixture(autouse=True)
def _queues_from_their_beginning() -> None:
    """A process remembers for some seconds where it stood in a queue, also from one test on."""
    dispatch.forget_heads()


@dataclass(frozen=True, kw_only=True)
class Happened(DomainEvent):
    TYPE: ClassVar[str] = "probe.happened"
    number: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Ignored(DomainEvent):
    TYPE: ClassVar[str] = "probe.ignored"


@pytest.fixture
def make_parent(db: Any) -> Callable[[], ModelVersion]:
    """Creates one more row that carries a chain."""

    def make() -> ModelVersion:
        number = ModelVersion.objects.count() + 1
        return ModelVersion.objects.create(number=number, code=f"probe-{number}")

    return make


@pytest.fixture
def parent(make_parent: Callable[[], ModelVersion]) -> ModelVersion:
    return make_parent()


def lock(pk: int) -> ModelVersion:
    """The parent, locked in the running transaction."""
    row = ModelVersion.objects.select_for_update().get(pk=pk)
    mark_locked(row)
    return row


def happen(parent: ModelVersion, *numbers: int, **private: str) -> list[int]:
    """Record one event per number on the parent's chain, in a transaction of its own."""
    with transaction.atomic():
        row = lock(parent.pk)
        events = [Happened(number=number, private=private) for number in numbers]
        return record(row, events, actor=ACTOR)


@pytest.fixture
def register() -> Iterator[Callable[..., None]]:
    """Subscribes a consumer and forgets it after the test."""
    names: list[str] = []

    def subscribe(name: str, func: Callable[..., None], queue: str = "outbox") -> None:
        names.append(name)
        registry.subscribe(["probe.happened"], name, func, queue)

    yield subscribe
    for name in names:
        registry.unregister(name)
