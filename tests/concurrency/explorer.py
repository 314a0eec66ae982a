"""Runs transactions side by side on PostgreSQL, a statement at a time, in an order that is chosen.

Each act runs in a thread with a connection of its own. Before every statement, and before every
commit, it waits for its turn; the explorer gives turns by a schedule, a sequence of numbers of
threads. Whoever waits for a lock of the database is passed over until they get it. The same
schedule gives the same course of things, so what was found once is found again.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any

from django.db import OperationalError, connection

Act = Callable[[], object]
IDLE, READY, RUNNING, BLOCKED = "idle", "ready", "running", "blocked"
PATIENCE_S = 60.0
# A statement takes less; whoever is not back by then may be waiting for a lock.
GLANCE_S = 0.008
WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND pid = ANY(%s)"
# They change nothing that another connection could notice.
UNSEEN = ("SAVEPOINT", "RELEASE SAVEPOINT", "SET ")


class Stuck(AssertionError):
    """Nobody moves, and the database ends none of them."""


class Worker(threading.Thread):
    """One connection that runs acts, statement by statement or freely."""

    def __init__(self, number: int, changed: threading.Condition) -> None:
        super().__init__(daemon=True)
        self.number, self.changed = number, changed
        self.jobs: SimpleQueue[Act | None] = SimpleQueue()
        self.go = threading.Semaphore(0)
        self.state, self.free = RUNNING, False
        self.pid = 0
        self.result: object = None
        self.steps = 0

    def run(self) -> None:
        """Take acts until there is None."""
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '50ms'; SELECT pg_backend_pid()")
            self.pid = cursor.fetchone()[0]
        commit = connection.commit

        def at_its_turn() -> None:
            self._turn()
            commit()

        connection.commit = at_its_turn  # type: ignore[method-assign]
        with connection.execute_wrapper(self._statement):
            self._arrive(IDLE)
            while (act := self.jobs.get()) is not None:
                try:
                    act()
                    self.result = None
                except BaseException as error:
                    self.result = error
                self._arrive(IDLE)
        connection.close()

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(UNSEEN):
            self._turn()
        return execute(sql, params, many, context)

    def _turn(self) -> None:
        if self.free:
            return
        self._arrive(READY)
        self.go.acquire()
        self.steps += 1

    def _arrive(self, state: str) -> None:
        with self.changed:
            self.state = state
            self.changed.notify()


class Explorer:
    """Some workers and whoever gives them turns; use as a context."""

    def __init__(self, most: int = 3) -> None:
        self.changed = threading.Condition()
        self.workers = [Worker(number, self.changed) for number in range(most)]

    def __enter__(self) -> "Explorer":
        for worker in self.workers:
            worker.start()
        self._settle()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.jobs.put(None)
        for worker in self.workers:
            worker.join(timeout=10)

    def interleaved(
        self, acts: Sequence[Act], schedule: Sequence[int]
    ) -> tuple[list[object], list[int], list[int]]:
        """What each ended with (None, or what it raised), who ended after whom, and the course.

        A number of the schedule whose thread cannot move gives its turn to the next that can; when
        it is used up, each runs to its end.
        """
        used = self.workers[: len(acts)]
        for worker, act in zip(used, acts, strict=True):
            worker.free, worker.state = False, RUNNING
            worker.jobs.put(act)
        self._settle()
        course: list[int] = []
        ended: list[int] = []
        wanted = iter(schedule)
        while True:
            ended += [w.number for w in used if w.state == IDLE and w.number not in ended]
            if len(ended) == len(used):
                return [worker.result for worker in used], ended, course
            number = next(wanted, 0)
            order = [used[(number + n) % len(used)] for n in range(len(used))]
            worker = next((one for one in order if one.state == READY), None)
            if worker is not None:
                course.append(worker.number)
                worker.state = RUNNING
                worker.go.release()
            self._settle()

    def one_by_one(self, acts: Sequence[Act], order: Sequence[int]) -> list[object]:
        """What each ends with when they run whole, in this order."""
        results: list[object] = [None] * len(acts)
        worker = self.workers[0]
        for number in order:
            worker.free, worker.state = True, RUNNING
            worker.jobs.put(acts[number])
            self._settle()
            results[number] = worker.result
        return results

    def _settle(self) -> None:
        """Until everybody waits: for a turn, for a lock, or for an act."""
        end = time.monotonic() + PATIENCE_S
        glance = GLANCE_S
        while True:
            with self.changed:
                if any(w.state == RUNNING for w in self.workers):
                    self.changed.wait(glance)
                moving = [w for w in self.workers if w.state in (RUNNING, BLOCKED)]
            if not moving:
                return
            if any(w.pid == 0 for w in moving):
                continue
            waiting = self._waiting([w.pid for w in moving])
            glance *= 2
            with self.changed:
                for worker in moving:
                    if worker.state in (RUNNING, BLOCKED):
                        worker.state = BLOCKED if worker.pid in waiting else RUNNING
                states = {w.state for w in self.workers}
            # Where all are blocked the database finds out and ends one of them.
            if RUNNING not in states and (READY in states or BLOCKED not in states):
                return
            if time.monotonic() > end:
                raise Stuck([w.state for w in self.workers])

    def _waiting(self, pids: list[int]) -> set[int]:
        connection.ensure_connection()
        # Asked often, so past what Django would do around it.
        with connection.connection.cursor() as cursor:
            cursor.execute(WAITING, [pids])
            return {pid for (pid,) in cursor.fetchall()}


def is_deadlock(error: object) -> bool:
    """Whether the database ended a transaction because of a circle of locks."""
    return isinstance(error, OperationalError) and "deadlock" in str(error)


def schedules(seed: str, threads: int) -> Iterator[list[int]]:
    """Schedules without end, the same for the same seed.

    In turn: one is stopped somewhere while the others run whole, as most errors need no more than
    that; two are stopped; or all take turns of a few statements.
    """
    rng = random.Random(seed)
    while True:
        first = rng.sample(range(threads), threads)
        yield [first[0]] * rng.randrange(1, 40) + [n for n in first[1:] for _ in range(90)]
        first = rng.sample(range(threads), threads)
        cut = [[n] * rng.randrange(1, 40) for n in first[:2]]
        yield [*cut[0], *cut[1], *(n for n in reversed(first) for _ in range(90))]
        yield [rng.randrange(threads) for _ in range(60) for _ in range(rng.randrange(1, 5))]
