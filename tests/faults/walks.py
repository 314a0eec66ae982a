"""Seeded walks through the clinic's journey: real time, real workers, the services as they are.

A walk is a list of steps that follows from its seed alone. A step calls one service or waits for
what the workers owe; nothing about it is remembered outside the database, so a walk whose process
was killed is taken up again where it stood. Because a walk waits wherever it matters, two walks of
one seed cause the same effects, whatever happened to the workers meanwhile.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.db import connections

from esm.events.models import Delivery, Event
from tests.faults.installation import BUSY, LEFT_LYING
from tests.support import World
from valueflow.models import FactRequest
from workflows.models import Clock, Request
from workflows.services import handoffs, requests, stages

Step = dict[str, Any]
GIVE_UP_S = 180.0 * BUSY
POLL_S = 0.2


class LateError(AssertionError):
    """An effect did not come at all."""


def title_of(seed: int) -> str:
    """What the request of a walk is called."""
    return f"walk {seed}"


def plan(seed: int) -> list[Step]:
    """The steps of a walk; equal seeds give equal steps."""
    dice = random.Random(seed)
    sedation, cost = dice.random() < 0.6, dice.choice([900, 2999, 3000, 8400])
    asks, pauses, refers, returns = (dice.random() < 0.5 for _ in range(4))
    decider = "livia" if cost < 3000 else "meret"
    branches = [("sefora", LEFT_LYING), ("alva", "cover-check")]
    if dice.random() < 0.5 and not refers:
        branches.reverse()
    values = {"patient_label": title_of(seed), "sedation": sedation, "expected_cost": cost}
    found: list[Step] = [
        {"action": "submit", "values": values},
        *_work("beat", "registration"),
        *({"action": "routed", "stage": stage} for _, stage in branches),
    ]
    if asks:
        found += [_do("ask", "alva", "cover-check"), _do("answer", "beat", "cover-check")]
    found += [{"action": "breached", "stage": LEFT_LYING}, {"action": "settled"}]
    if seed % 5 == 4:
        return [*found, _do("withdraw", "beat"), {"action": "settled"}]
    for actor, stage in branches:
        found += [_do("accept", actor, stage), _do("claim", actor, stage)]
    found += [_do("comment", "alva"), {"action": "settled"}]
    if pauses:
        found += [_do("pause", "alva", "cover-check"), _do("resume", "alva", "cover-check")]
    found += [*(_do("hand-over", *branch) for branch in branches), {"action": "settled"}]
    if refers:
        found += [_decide(decider, "refer_back"), {"action": "settled"}]
        found += [*_work("alva", "cover-check"), {"action": "settled"}]
    found += [_decide(decider, "approve"), {"action": "settled"}]
    return [*found, *_to_theatre(sedation, decider, returns=returns)]


def _to_theatre(sedation: bool, decider: str, *, returns: bool) -> list[Step]:
    found: list[Step] = []
    again = [_decide(decider, "approve")]
    if sedation:
        again = _work("gion", "sedation-talk")
        found += [{"action": "routed", "stage": "sedation-talk"}]
        found += [_do("accept", "gion", "sedation-talk"), *again]
    found += [{"action": "routed", "stage": "theatre-slot"}]
    if returns:
        why = {"reason": "no-consent", "note": "Not signed."}
        found += [{**_do("return", "jost", "theatre-slot"), **why}, {"action": "settled"}]
        found += [*again, {"action": "routed", "stage": "theatre-slot"}]
    found += [_do("accept", "jost", "theatre-slot"), _do("claim", "jost", "theatre-slot")]
    return [*found, _do("complete", "jost", "theatre-slot"), {"action": "settled"}]


def _do(action: str, actor: str, stage: str = "") -> Step:
    return {"action": action, "actor": actor, "stage": stage}


def _work(actor: str, stage: str) -> list[Step]:
    return [_do("claim", actor, stage), _do("hand-over", actor, stage)]


def _decide(actor: str, outcome: str) -> Step:
    return {**_do("decide", actor, "cost-risk"), "outcome": outcome, "rationale": "As agreed."}


class Walker(World):
    """One walk; ``after`` names requests that are older than this run of walks."""

    def __init__(self, directory: Path, seed: int, *, after: int) -> None:
        self.directory, self.seed, self.after = directory, seed, after
        self.journey = yaml.safe_load((directory / "journey.yaml").read_text())
        self.steps = plan(seed)
        self.position = 0
        # Set by whoever gave it up: it makes no further step.
        self.given_up = threading.Event()
        self.calls: list[tuple[float, str]] = []

    def request(self) -> Request:
        """The request of this walk, as it is now."""
        return Request.objects.get(title=title_of(self.seed), pk__gt=self.after)

    def play(  # type: ignore[override]
        self, *, until: int | None = None, done: Callable[[], None] = lambda: None
    ) -> None:
        """Play on from where it stands: to the end, or past the n-th rest of the walk.

        ``done`` is called after each step that was acknowledged.
        """
        rests = [n for n, step in enumerate(self.steps, 1) if step["action"] == "settled"]
        end = len(self.steps) if until is None else rests[min(until, len(rests)) - 1]
        while self.position < end and not self.given_up.is_set():
            self.step(self.steps[self.position])
            self.position += 1
            done()

    def own_events(self) -> int:
        """How many events people caused in this walk: those of its service calls."""
        found = Request.objects.filter(title=title_of(self.seed), pk__gt=self.after).first()
        if found is None:
            return 0
        rows = Event.objects.filter(bucket=found.chain_bucket, chain=found.chain)
        return rows.filter(actor__startswith="P-").count()

    def step(self, step: Step) -> None:
        """One step: a service call, or waiting."""
        waits = {"routed": self.routed, "breached": self.breached, "settled": self.settled}
        if step["action"] in waits:
            waits[step["action"]](step)
            return
        started = time.monotonic()
        if step["action"] == "submit":
            self.submit(**step["values"])
        else:
            self.do(self.request(), step)
        self.calls.append((time.monotonic() - started, step["action"]))

    def do(self, request: Request, step: Step) -> None:  # type: ignore[override]
        """The steps a journey's file does not have, and those it has."""
        actor, action = self.actor(step["actor"]), step["action"]
        if action in ("ask", "answer"):
            seq = self.handoff(request, step["stage"]).seq
            if action == "ask":
                handoffs.ask(request.pk, seq, question="Which policy?", actor=actor)
            else:
                handoffs.answer(request.pk, seq, text="The new one.", actor=actor)
        elif action in ("pause", "resume"):
            seq = self.visit(request, step["stage"]).seq
            if action == "pause":
                stages.pause(request.pk, seq, party="third", reason="The insurer", actor=actor)
            else:
                stages.resume(request.pk, seq, actor=actor)
        elif action == "comment":
            requests.comment(request.pk, body="We look at it today.", actor=actor)
        elif action == "withdraw":
            requests.withdraw(request.pk, reason="The patient moved.", actor=actor)
        else:
            super().do(request, step)

    def events(self, request: Request, kind: str) -> Any:
        """The request's events of one type."""
        return Event.objects.filter(bucket=request.chain_bucket, chain=request.chain, type=kind)

    def routed(self, step: Step) -> None:
        """The offer of a stage has reached its team."""
        request = self.request()
        offer = self.handoff(request, step["stage"])
        routed = self.events(request, "handoff.routed").filter(data__handoff=offer.seq)
        self._wait(routed.exists, f"{step['stage']} to be routed")

    def breached(self, step: Step) -> None:
        """Every clock of a stage that lies has breached, and its silence was escalated."""
        request = self.request()
        visit = self.visit(request, step["stage"])
        running = Clock.objects.filter(visit=visit, breached_at=None)
        self._wait(lambda: not running.exists(), "clocks to breach")
        escalated = self.events(request, "handoff.escalated")
        self._wait(escalated.exists, "the silence to be escalated")

    def settled(self, step: Step) -> None:
        """Nothing is owed to this request: all effects are there, its facts are up to date."""
        self._wait(self._is_settled, "the request to settle")

    def _is_settled(self) -> bool:
        request = self.request()
        ids = Event.objects.filter(bucket=request.chain_bucket, chain=request.chain).values("id")
        # A receiver of webhooks that is away holds up nobody.
        rows = Delivery.objects.filter(event_id__in=ids).exclude(queue="webhooks")
        owed = list(rows.values_list("state", "error"))
        assert "dead" not in dict(owed), f"given up: {owed}"
        facts = FactRequest.objects.filter(request=request, last_seq=request.chain_seq)
        return not owed and facts.exists()

    def _wait(self, met: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + GIVE_UP_S
        while not met():
            if time.monotonic() > give_up or self.given_up.is_set():
                raise LateError(f"{title_of(self.seed)}: gave up waiting for {what}")
            time.sleep(POLL_S)


def side_by_side(
    work: Sequence[Callable[[], None]], meanwhile: Callable[[], None], give_up: float = 400
) -> None:
    """Do each piece of work in a thread of its own; ``meanwhile`` runs here, again and again."""
    failures: list[BaseException] = []

    def run(piece: Callable[[], None]) -> None:
        try:
            piece()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[piece], daemon=True) for piece in work]
    limit = time.monotonic() + give_up
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert time.monotonic() < limit, "the walks did not end"
        meanwhile()
    if failures:
        raise failures[0]
