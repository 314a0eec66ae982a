"""What walks caused, in a form in which two runs of the same walks are equal."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from esm.common import clock
from esm.events.models import Delivery, Dirty, Event
from esm.events.sealing import canonical
from esm.notices.models import Notice
from governance.models import Person
from tests.faults.walks import Walker
from valueflow.models import FactRequest
from workflows.models import Clock, Request

# What real time and the database's own numbers put into an event.
VOLATILE = {"number", "due_at", "promised_at", "elapsed_s"}
FACTS = ("outcome", "handoffs", "returns", "clarifications", "touch_s", "promise", "first_pass")

Seen = Counter[tuple[Any, ...]]


@dataclass
class Effects:
    """Every event, notice, fact and mail of one walk, each counted."""

    events: Seen = field(default_factory=Counter)
    notices: Seen = field(default_factory=Counter)
    facts: Seen = field(default_factory=Counter)
    mails: Seen = field(default_factory=Counter)


def effects_of(walker: Walker) -> Effects:
    """What a walk caused."""
    request = walker.request()
    found = Effects()
    for event in Event.objects.filter(bucket=request.chain_bucket, chain=request.chain):
        data = {name: value for name, value in event.data.items() if name not in VOLATILE}
        found.events[event.type, event.actor, canonical(data).decode()] += 1
    keys = dict(Person.objects.values_list("pk", "key"))
    for notice in Notice.objects.filter(url=f"/requests/{request.ref}/"):
        words = [re.sub(r"R-\d+", "R-n", text) for text in (notice.title, notice.body)]
        found.notices[keys[notice.person_id], notice.kind, *words] += 1
    for row in FactRequest.objects.filter(request=request).values_list(*FACTS):
        found.facts[row] += 1
    return found


def differences(wanted: Effects, got: Effects) -> list[str]:
    """What is lost and what is doubled, one line each."""
    lines = []
    for name in ("events", "notices", "facts", "mails"):
        one, other = getattr(wanted, name), getattr(got, name)
        lines += [f"{name}: lost {count} × {key}" for key, count in (one - other).items()]
        lines += [f"{name}: too many {count} × {key}" for key, count in (other - one).items()]
    return lines


@dataclass
class Owed:
    """What was due at one moment; ``left`` says how much of it is still not done."""

    deliveries: list[int]
    clocks: list[tuple[int, str]]
    facts: dict[int, int]

    @classmethod
    def now(cls) -> "Owed":
        """What is due at this moment."""
        moment = clock.now()
        deliveries = Delivery.objects.filter(queue="outbox", state="due", due_at__lte=moment)
        late = Clock.objects.filter(state="running", next_due__lt=moment)
        chains = Dirty.objects.values_list("chain", flat=True)
        behind = Request.objects.filter(pk__in=[int(name.partition("/")[2]) for name in chains])
        return cls(
            list(deliveries.values_list("pk", flat=True)),
            list(late.values_list("pk", "next_kind")),
            dict(behind.values_list("pk", "chain_seq")),
        )

    def left(self) -> int:
        """How many of them are still to be done."""
        deliveries = Delivery.objects.filter(pk__in=self.deliveries, state="due").count()
        running = dict(Clock.objects.filter(state="running").values_list("pk", "next_kind"))
        clocks = sum(running.get(pk) == kind for pk, kind in self.clocks)
        reached = dict(
            FactRequest.objects.filter(pk__in=self.facts).values_list("request_id", "last_seq")
        )
        facts = sum(reached.get(pk, 0) < seq for pk, seq in self.facts.items())
        return deliveries + clocks + facts

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.clocks or self.facts)

    def __str__(self) -> str:
        counts = (len(self.deliveries), len(self.clocks), len(self.facts))
        return "{} deliveries, {} clocks, {} facts".format(*counts)
