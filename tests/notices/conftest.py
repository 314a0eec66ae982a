"""Ann, Bob and Cy, who are told things, and things that some of them see."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.notices import registries
from esm.notices.choices import Group, Mail
from esm.notices.models import Notice
from esm.notices.registries import Kind, Line, Recipient, Subject
from esm.notices.services.notify import notify

ANN, BOB, CY = 11, 12, 13
# A Tuesday in summer: Dublin is an hour ahead of UTC.
NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
KINDS = (
    Kind("work.offered", "Work is offered", Group.NEEDS, per_team=True),
    Kind("work.late", "Work is late", Group.NEEDS, urgent=True),
    Kind("asked.you", "Somebody asks you", Group.NEEDS, mutable=False),
    Kind("stuck", "Nobody answers", Group.NEEDS, mutable=False, blind=True),
    Kind("chat", "A message", Group.FOLLOWS, mail=Mail.DIGEST),
)


@dataclass
class People:
    """The accounts, who sees which thing, and the time of the test."""

    users: dict[int, User] = field(default_factory=dict)
    zone: str = "Europe/Dublin"
    sight: dict[int, set[int]] = field(default_factory=dict)
    now: datetime = NOON

    def __getitem__(self, person_id: int) -> User:
        return self.users[person_id]

    def recipients(self, ids: Collection[int]) -> dict[int, Recipient]:
        known = {
            ANN: Recipient(ANN, "Ann", "ann@example.org", self.zone, self.users[ANN].pk),
            BOB: Recipient(BOB, "Bob", "bob@example.org", "UTC", self.users[BOB].pk),
        }
        return {i: known[i] for i in ids if i in known}

    def person_of(self, user: User) -> int | None:
        return next((i for i, one in self.users.items() if one.pk == user.pk), None)

    def visible(self, person_id: int, pks: Collection[int]) -> set[int]:
        return set(pks) & self.sight.get(person_id, {1, 2, 3})

    def seen(self, user: User, pks: Collection[int]) -> set[int]:
        return self.visible(self.person_of(user) or 0, pks)

    def find(self, user: User, name: str) -> int | None:
        pk = int(name.removeprefix("T-")) if name.startswith("T-") else 0
        return pk if pk in self.seen(user, [pk]) else None

    def lines(self, pks: Collection[int]) -> dict[int, Line]:
        return {pk: Line(f"T-{pk}", f"Thing {pk}", f"/things/T-{pk}/", "LAB", 5) for pk in pks}


@pytest.fixture
def people(db: None, monkeypatch: Any) -> Iterator[People]:
    """Ann and Bob have accounts and mail; Cy has neither."""
    found = People({ANN: User.objects.create_user("ann"), BOB: User.objects.create_user("bob")})
    for name in ("_recipients", "_person_of", "_teams_of"):
        monkeypatch.setattr(registries, name, [])
    monkeypatch.setattr(registries, "_kinds", {kind.key: kind for kind in KINDS})
    monkeypatch.setattr(registries, "_subjects", {})
    registries.register_people(
        recipients=found.recipients,
        person_of=found.person_of,
        teams_of=lambda person_id: [("north", "Lab · North"), ("south", "Lab · South")],
    )
    registries.register_subject(
        "thing", Subject(found.find, found.visible, found.seen, found.lines)
    )
    clock.set_source(lambda: found.now)
    yield found
    clock.set_source(None)


@pytest.fixture
def tell(people: People) -> Callable[..., list[Notice]]:
    """Tell Ann of work on thing 1, unless it is said otherwise; a new cause each time."""
    count = iter(range(1_000_000))

    def tell(*who: int, **extra: Any) -> list[Notice]:
        values: dict[str, Any] = {
            "kind": "work.offered",
            "title": "Work for you",
            "url": "/things/T-1/",
            "subject": "thing/1",
            "why": "team",
            "dedupe_key": f"c:{next(count)}",
        }
        return notify(who or (ANN,), **(values | extra))

    return tell
