"""Work that is hard: messages doubled, a long transaction, many hands on few requests."""

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any, NamedTuple

from django.db import connection, connections
from redis import Redis
from redis.exceptions import RedisError

from esm.celery import QUEUES
from esm.embedded.folder import ADMIN_ROLE, APP_ROLE
from esm.events import registry
from esm.events.models import Delivery
from esm.events.services import dispatch
from tests.faults.kinds.base import Fault
from tests.faults.web_walks import Operation, WebWalker
from workflows.models import Comment


class DoubledMessages(Fault):
    """F17: every message of every queue comes five times more, out of order."""

    key = "F17"
    title = "every queue message six times, reordered"
    at = (0.0, 0.1)
    lasts = (8.0, 9.0)
    COPIES = 5
    no_refusal = True

    def inject(self) -> None:
        socket = str(self.harness.installation.folder.valkey_socket)
        self.broker = Redis(unix_socket_path=socket, socket_timeout=5)
        self.seen: list[tuple[str, str]] = []
        self.sent = 0
        self.ending = threading.Event()
        self.next_at = time.monotonic() + 0.5
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()

    def _listen(self) -> None:
        """Hear what is pushed into the queues, by whomever."""
        with suppress(RedisError), self.broker.monitor() as heard:
            for told in heard.listen():
                if self.ending.is_set():
                    return
                words = told["command"].split(" ", 2)
                if words[0].upper() == "LPUSH" and words[1] in QUEUES:
                    message = words[2].encode().decode("unicode_escape").strip('"')
                    self.seen.append((words[1], message))

    def meanwhile(self) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + 0.5
        seen, self.seen = self.seen, []
        copies = [copy for one in seen for copy in self._copies(*one)]
        random.Random(self.sent).shuffle(copies)
        for queue, message in copies:
            self.broker.lpush(queue, message)
            self.sent += 1

    def _copies(self, queue: str, message: str) -> list[tuple[str, str]]:
        """Copies of a message that is no copy itself."""
        whole = json.loads(message)
        if whole["headers"].get("copied"):
            return []
        whole["headers"]["copied"] = True
        found = []
        for number in range(self.COPIES):
            whole["properties"]["delivery_tag"] = f"copy-{self.sent}-{number}-{time.time_ns()}"
            found.append((queue, json.dumps(whole)))
        return found

    def heal(self) -> None:
        self.ending.set()
        self.broker.ping()
        self.note(f"{self.sent} copies")

    def check(self) -> list[str]:
        return [] if self.sent > 50 else [f"only {self.sent} copies were sent"]


class LongTransaction(Fault):
    """F25: somebody holds a transaction open while a queue has much to do."""

    key = "F25"
    title = "long transaction beside a busy queue"
    walks = False
    CONSUMER = QUEUE = "faults"
    MEASURED_S, ROWS = 4.0, 8_000
    LEAST = 0.5

    def prepare(self) -> None:
        registry.register_sender(self.CONSUMER, lambda _: None, queue=self.QUEUE)

    def finish(self) -> None:
        before = self._rate()
        with closing(self.harness.installation.connect(APP_ROLE)) as holding:
            cursor = holding.cursor()
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM events_delivery")
            self._rate()
            during = self._rate()
            dead = self._dead_rows()
        after = self._rate()
        Delivery.objects.filter(queue=self.QUEUE).delete()
        self.ratio, self.back = during / before, after / before
        self.note(
            f"{before:.0f}/s alone, {during:.0f}/s beside it ({self.ratio:.0%}; {dead} dead rows),"
            f" {after:.0f}/s afterwards"
        )
        self.recovery_s = 0.0
        self.state = "healed"

    def _rate(self) -> float:
        """Effects a second of two threads, with as much to do each time."""
        left = Delivery.objects.filter(queue=self.QUEUE).count()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO events_delivery (item, consumer, queue, due_at)"
                " SELECT 'nothing/' || n, %s, %s, now() FROM generate_series(1, %s) n",
                [self.CONSUMER, self.QUEUE, self.ROWS - left],
            )
        end, done = time.monotonic() + self.MEASURED_S, Counter[str]()

        def work() -> int:
            count = 0
            while time.monotonic() < end:
                count += dispatch.dispatch(self.QUEUE, limit=20).done
            connections.close_all()
            return count

        with ThreadPoolExecutor(2) as pool:
            done["all"] = sum(pool.map(lambda _: work(), range(2)))
        return done["all"] / self.MEASURED_S

    def _dead_rows(self) -> int:
        with closing(self.harness.installation.connect(ADMIN_ROLE)) as asking:
            cursor = asking.cursor()
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(
                "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'events_delivery'"
            )
            return int(cursor.fetchone()[0])

    def check(self) -> list[str]:
        slow = f"{self.ratio:.0%} of the rate beside a long transaction (limit {self.LEAST:.0%})"
        lame = f"{self.back:.0%} of the rate afterwards (limit {self.LEAST:.0%})"
        found = [slow] if self.ratio < self.LEAST else []
        return found + ([lame] if self.back < self.LEAST else [])

    def restore(self) -> None:
        registry.unregister(self.CONSUMER)


class Call(NamedTuple):
    """What is posted where, under which key."""

    path: str
    key: str
    body: dict[str, Any]


class ManyHands(Fault):
    """F26: fifty threads on five requests: comments all at once, everybody takes the same step.

    A call without an answer was done once or not at all, and nobody knows which; so it is sent
    again with its key, as a client would. Then every comment is there, once, and every step was
    taken by one call.
    """

    key = "F26"
    title = "50 threads on 5 requests"
    walks = False
    THREADS, REQUESTS, EACH = 50, 5, 3

    def finish(self) -> None:
        walkers: list[WebWalker] = []
        for number in range(self.REQUESTS):
            (walker,) = self.harness.walkers([100 + number])
            walker.step(walker.steps[0])
            walkers.append(walker)
        requests = [walker.request() for walker in walkers]
        seqs = [
            walker.visit(row, "registration").seq
            for walker, row in zip(walkers, requests, strict=True)
        ]
        self.pks = [row.pk for row in requests]
        calls: list[Call] = []
        for thread in range(self.THREADS):
            place = thread % self.REQUESTS
            whole, key = f"/requests/{requests[place].ref}", f"hands {self.harness.runs} {thread}"
            for turn in range(self.EACH):
                words = {"body": f"{key} {turn}"}
                calls.append(Call(f"{whole}/comments", f"{key} {turn}", words))
            calls.append(Call(f"{whole}/visits/{seqs[place]}/claim", f"{key} takes", {}))
        self.dice.shuffle(calls)
        began = time.monotonic()
        with ThreadPoolExecutor(self.THREADS) as pool:
            self.answers = list(zip(calls, pool.map(self._send, calls), strict=True))
        self.again = [call for call, answer in self.answers if answer.open]
        began_again = time.monotonic()
        self.later = [(call, self._until_answered(call)) for call in self.again]
        self.recovery_s = time.monotonic() - began_again
        self.storm_s = began_again - began
        self.state = "healed"

    def _send(self, call: Call) -> Operation:
        return self.harness.web.call("POST", call.path, by="beat", key=call.key, json=call.body)

    def _until_answered(self, call: Call) -> Operation:
        give_up = time.monotonic() + 60
        while (answer := self._send(call)).open and time.monotonic() < give_up:
            time.sleep(0.5)
        return answer

    def check(self) -> list[str]:
        statuses = Counter(answer.status for _, answer in self.answers)
        self.note(
            f"{len(self.answers)} calls in {self.storm_s:.1f} s: {dict(statuses)};"
            f" {len(self.again)} sent again"
        )
        heard = [*self.answers, *self.later]
        wrong = [f"{one.path}: {one.status} {one.words}" for _, one in heard if one.status >= 500]
        there = Counter(Comment.objects.filter(request__in=self.pks).values_list("body", flat=True))
        for call, _ in self.answers:
            if call.body and there[call.key] != 1:
                wrong.append(f"{call.key} is there {there[call.key]} times")
        taken = Counter(call.path for call, one in heard if not call.body and one.acknowledged)
        if sorted(taken.values()) != [1] * self.REQUESTS:
            wrong.append(f"steps were taken {dict(taken)} times")
        return wrong


KINDS = (DoubledMessages, LongTransaction, ManyHands)
