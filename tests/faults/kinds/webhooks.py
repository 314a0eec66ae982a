"""Receivers of webhooks that hang, drip or refuse, beside receivers that are well."""

import statistics
from collections import Counter
from contextlib import ExitStack

from django.db.models import QuerySet
from django.test import override_settings

from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import SYSTEM
from esm.events.models import WebhookEndpoint, WebhookMessage
from esm.events.services import webhooks
from tests.faults.kinds.base import Fault
from tests.faults.web_walks import patiently
from tests.platform.portal import wait_for
from tests.sink import sink


class BadReceivers(Fault):
    """F18: half of the receivers are bad; the others hear as soon as without them."""

    key = "F18"
    title = "half of the webhook receivers hang, drip or refuse"
    variants = ("hang", "status/503", "drip")
    at = (0.0, 0.1)
    lasts = (8.0, 9.0)
    EACH = 8
    # Below this a difference is the machine's, not the receivers' (s).
    NOISE_S = 1.0

    def prepare(self) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(override_settings(OUTWARD_ALLOWED=["127.0.0.1"]))
        self.sink = self.stack.enter_context(sink())
        self.owner = User.objects.get(username=self.harness.walkers([0])[0].journey["persona"])
        self.good = [self._endpoint(f"/good{number}/ok") for number in range(self.EACH)]
        # What happened before all were there, one has heard and the next one has not.
        self.all_there = clock.now()
        # The same walks without the bad ones say how soon the good ones hear.
        walkers = self.harness.walkers(self.dice.sample(sorted(self.harness.clean), 2))
        self.harness.walk(walkers, lambda: None)
        self._wait_delivered()
        self.base = self._p95()
        self.since = max(self._messages().values_list("pk", flat=True), default=0)

    def _endpoint(self, path: str) -> WebhookEndpoint:
        made = webhooks.make_endpoint(
            self.owner, url=self.sink.url(path), types=["*"], by=self.owner, actor=SYSTEM
        )
        return made.endpoint

    def inject(self) -> None:
        self.bad = [self._endpoint(f"/bad{number}/{self.variant}") for number in range(self.EACH)]

    def _messages(self, after: int = 0) -> QuerySet[WebhookMessage]:
        rows = WebhookMessage.objects.filter(endpoint__in=self.good, pk__gt=after)
        return rows.filter(occurred_at__gte=self.all_there)

    def _p95(self, after: int = 0) -> float:
        rows = self._messages(after).filter(state="delivered")
        took = [
            (last - occurred).total_seconds()
            for last, occurred in rows.values_list("last_at", "occurred_at")
        ]
        return statistics.quantiles(took, n=20)[-1] if len(took) > 1 else float("inf")

    def _wait_delivered(self) -> None:
        def delivered() -> bool:
            self.harness.processes.watch()
            counted = Counter(self._messages().values_list("endpoint_id", flat=True))
            waiting = self._messages().exclude(state="delivered").exists()
            return len(counted) == self.EACH and not waiting and len(set(counted.values())) == 1

        wait_for(lambda: patiently(delivered), "every good receiver to have heard", 120)

    def check(self) -> list[str]:
        self._wait_delivered()
        now = self._p95(self.since)
        heard = [
            Counter(one.headers["webhook-id"] for one in self.sink.at(f"/good{number}/ok"))
            for number in range(self.EACH)
        ]
        twice = sum(count - 1 for seen in heard for count in seen.values())
        bad = sum(one.path.startswith("/bad") for one in self.sink.received)
        self.note(
            f"{sum(map(len, heard))} messages to good receivers, {twice} twice, p95"
            f" {self.base:.2f} s alone, {now:.2f} s beside bad ones, which were asked {bad} times"
        )
        wrong = [] if now < 2 * self.base + self.NOISE_S else [f"p95 {now:.2f} s"]
        wrong += [] if bad else ["no bad receiver was asked"]
        return wrong + ([f"{twice} messages came twice"] if twice else [])

    def restore(self) -> None:
        for row in WebhookEndpoint.objects.exclude(state="ended"):
            webhooks.end_endpoint(row, by=self.owner, actor=SYSTEM)
        self.stack.close()


KINDS = (BadReceivers,)
