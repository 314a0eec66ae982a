"""Answers of a world beside those of the same world with more that their reader may not see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpResponse

from tests.permissions.asking import Row, answer
from tests.permissions.matrix import ROWS
from tests.permissions.noninterference import hidden
from tests.permissions.noninterference.questions import asked
from tests.permissions.world import ACTORS, Stage

# Whoever has the link of a mail is its decider, who sees what is decided: not what others see.
KEYS = ("decision-by-mail",)
SHOWN = [row for row in ROWS if row.get and row.name not in KEYS]
# Differs from one answer to the next by design: tokens against forgery, numbers of errors, times.
VARYING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]+"|csrf-token" content="[^"]+"|"X-CSRFToken": ?"[^"]+"'
    rb'|"reference":"[^"]+"|<code>[0-9a-f-]{36}</code>|"ms": [0-9.]+'
    # How many effects wait: ADR 0012.
    rb'|(?<=data-nav="health" ).*?</a>|"health": \{"n": \d+, "label": "late or given up"'
)
# Tell administrators of every effect that waits, whatever it is about; asked in ``test_effects``.
EFFECTS = ("admin-health", "api-effects")
# A chain is proved by all its rows and those of the anchor: whoever takes evidence is told that
# there were more, of which they get hashes alone (ADR 0015); asked in ``tests/audit``.
EVIDENCE = (
    "request-evidence", "decision-evidence", "api-request-evidence", "api-decision-evidence",
)  # fmt: skip
AUDITING = ("steward", "auditor")
OWN_HEADERS = ("Set-Cookie", "X-Request-Id", "Server-Timing", "Expires", "Date", "Content-Length")
OWN_HEADERS += ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

# Status, headers, text.
Answer = tuple[int, dict[str, str], str]
Question = tuple[Row, str]


def bytes_of(response: HttpResponse) -> Answer:
    """Everything of an answer that could tell something."""
    body = response.getvalue() if response.streaming else response.content
    found = {k: v for k, v in response.headers.items() if k not in OWN_HEADERS}
    return response.status_code, found, VARYING.sub(b"", body).decode("latin-1")


def ask(stage: Stage, row: Row, actor: str, address: str) -> Answer:
    """One answer; whatever showing it wrote is taken back."""
    with transaction.atomic():
        found = bytes_of(answer(row, "get", stage.client(actor), stage, address))
        transaction.set_rollback(True)
    return found


def questions(stage: Stage, actor: str, share: int = 0, stride: int = 1) -> Iterator[Question]:
    """What a caller asks: each address, and each question of a list.

    With a ``stride`` one of so many, others for each caller and ``share``.
    """
    rows = [row for row in SHOWN if not (actor == "admin" and row.name in EFFECTS)]
    rows = [row for row in rows if not (actor in AUDITING and row.name in EVIDENCE)]
    every = [(row, row.address(stage) + more) for row in rows for more in asked(row)]
    shift = ACTORS.index(actor) + share
    return (found for at, found in enumerate(every) if (at + shift) % stride == 0)


def first_difference(before: Answer, after: Answer) -> str:
    """Where two answers part."""
    if before[0] != after[0]:
        return f"{before[0]} → {after[0]}"
    for name in before[1].keys() | after[1].keys():
        if before[1].get(name) != after[1].get(name):
            return f"{name}: {before[1].get(name)} → {after[1].get(name)}"
    one, other = before[2], after[2]
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, at - 60)
    return f"…{one[start : at + 90]!r} → …{other[start : at + 90]!r}"


@dataclass
class Comparison:
    """A world whose answers are remembered, and what was compared so far."""

    stage: Stage
    without: dict[tuple[str, str], Answer] = field(default_factory=dict)
    worlds: set[tuple[tuple[str, ...], int]] = field(default_factory=set)
    callers: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    things: int = 0
    answers: int = 0
    size: int = 0

    def before(self, actor: str, question: Question) -> Answer:
        """The answer of the world without what is hidden, asked for once."""
        row, address = question
        if (actor, address) not in self.without:
            self.without[actor, address] = ask(self.stage, row, actor, address)
        return self.without[actor, address]

    def differing(
        self,
        asked_by: dict[str, list[Question]],
        seed: int,
        makers: tuple[hidden.Maker, ...] = (),
    ) -> dict[str, list[str]]:
        """By caller, the addresses whose answer tells of what none of the callers may see."""
        for actor, chosen in asked_by.items():
            for question in chosen:
                self.before(actor, question)
        with transaction.atomic():
            self.things += hidden.add(self.stage, tuple(asked_by), seed, makers)
            found = {actor: self._told(actor, chosen) for actor, chosen in asked_by.items()}
            transaction.set_rollback(True)
        self.worlds.add((tuple(asked_by), seed))
        return found

    def _told(self, actor: str, chosen: list[Question]) -> list[str]:
        found = []
        self.callers.add(actor)
        for row, address in chosen:
            before, after = self.before(actor, (row, address)), ask(self.stage, row, actor, address)
            self.addresses.add(address)
            self.answers += 1
            self.size += len(after[2])
            if after != before:
                found.append(f"{address}: {first_difference(before, after)}")
        return found

    def summary(self) -> str:
        """What was compared, in a line."""
        return (
            f"{len(self.callers)} callers, {len(self.worlds)} worlds with {self.things:,} hidden"
            f" things, {len(self.addresses)} addresses: {self.answers:,} answers of"
            f" {self.size:,} bytes compared"
        )
