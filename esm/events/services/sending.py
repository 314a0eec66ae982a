"""Sending to webhooks: at most one message of an endpoint under way, many endpoints side by side.

A receiver that hangs holds a thread and nothing else: what is asked of the database is asked by the
main thread, once for all messages it takes together, while it goes on with the other endpoints.
Attempts are counted before the work, as for every delivery. What the owner may not see at this
moment is not sent and leaves no trace.
"""

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from esm.common import clock, failpoints
from esm.common.outward import posting
from esm.common.outward.guard import AddressRefused
from esm.events.models import WebhookMessage
from esm.events.selectors.health import MAX_ATTEMPTS, MOST_WEBHOOK_ATTEMPTS
from esm.events.services import jobs, letters, webhooks
from esm.events.services.letters import Letter
from esm.events.services.webhook_claims import Claim, End, claim, end, together

log = logging.getLogger(__name__)

# Messages under way at once in one run; each is a thread that only waits.
SLOTS = 64
# One run takes new messages for so long, then waits for those under way while the next one takes.
RUN_S = 8.0
ATTEMPT_S = posting.SECONDS
# How long what ended may wait for others to be written down with it.
MOST_LINGER_S = 0.5
KEPT_FOR = timedelta(hours=72)
# How long to wait after the first, second … failure; then an hour each time. All a little less.
BACK_OFF_S = (5, 30, 120, 600, 1800, 3600)
ANSWER_CHARS = 4000
LOG_KEPT = timedelta(days=30)

# Held by the run of this process that takes new messages.
_taking = threading.Lock()


def _renew() -> None:
    """In a process that was forked off while a run took messages, none does."""
    global _taking
    _taking = threading.Lock()


os.register_at_fork(after_in_child=_renew)


@dataclass(slots=True)
class Outcome:
    """What one run did; ``hidden`` were owed to who may not see them."""

    done: int = 0
    failed: int = 0
    dead: int = 0
    hidden: int = 0
    stale: int = 0


@dataclass(slots=True)
class Result:
    """How one attempt went; ``started`` counts machine time."""

    started: float
    answer: posting.Answer | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.answer is not None and 200 <= self.answer.status < 300


@dataclass
class Run:
    """One run: what is under way, and what came of it."""

    pool: ThreadPoolExecutor
    under_way: dict[Future[Result], tuple[Claim, Letter]] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)


def send_due(*, run_s: float = RUN_S, until: Callable[[], bool] | None = None) -> Outcome:
    """Send what is due; ends when nothing is, or after ``run_s`` and the attempts under way.

    Nothing new is taken once ``until`` says so. Does nothing where another thread of this process
    takes messages: while that one waits for its last ones, the next run takes over.
    """
    turn = _taking
    if not turn.acquire(blocking=False):
        return Outcome()
    run = Run(ThreadPoolExecutor(SLOTS, thread_name_prefix="webhook"))
    try:
        try:
            _take_on(run, time.monotonic() + run_s, until)
        finally:
            turn.release()
        give_up = time.monotonic() + ATTEMPT_S + 2
        while run.under_way and time.monotonic() < give_up:
            _reap(run, 1.0)
        return run.outcome
    finally:
        # A thread that a name server holds is not waited for; its lease ends by itself.
        run.pool.shutdown(wait=False, cancel_futures=True)


def _take_on(run: Run, give_up: float, until: Callable[[], bool] | None) -> None:
    """Take what is due, until nothing is and nothing is under way, or the time has come."""
    signed = 0.0
    while time.monotonic() < give_up and not (until and until()):
        if time.monotonic() - signed > 5:
            signed = time.monotonic()
            jobs.beat("queue:webhooks", "webhooks")
        began = time.monotonic()
        taken, sent = _take(run)
        if run.under_way:
            # Behind what was not sent the next message may be one that is.
            rest = 0.2 if taken == sent else 0
            # Asking for many costs as much as for one: the slower it goes, the more go together.
            _reap(run, rest, min(MOST_LINGER_S, time.monotonic() - began) if rest else 0)
        elif not taken:
            return


def _take(run: Run) -> tuple[int, int]:
    """Claim one message for each endpoint that is free and start sending: (claimed, started)."""
    claims = claim(SLOTS - len(run.under_way))
    if not claims:
        return 0, 0
    failpoints.hit("webhooks.after_claim")
    found = letters.written(claims)
    for one, letter in found.letters:
        run.under_way[run.pool.submit(_attempt, letter)] = (one, letter)
    run.outcome.stale += found.stale
    unsent = [(one, End("hidden")) for one in found.hidden]
    unsent += [(one, _ours(one, error)) for one, error in found.broken]
    _write(unsent, run.outcome)
    return len(claims), len(found.letters)


def _reap(run: Run, seconds: float, linger: float = 0.0) -> None:
    """Write down what ended meanwhile; ``linger`` for others behind the first one (s)."""
    done, _waiting = wait(run.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
    if done and linger:
        done, _waiting = wait(run.under_way, timeout=linger)
    ended = []
    for future in done:
        one, letter = run.under_way.pop(future)
        failpoints.hit("webhooks.after_effect")
        ended.append((one, letter, future.result()))
    note(ended, run.outcome)


def _attempt(letter: Letter) -> Result:
    """Send once; in a thread of its own, which asks nothing of the database."""
    result = Result(time.monotonic())
    try:
        result.answer = posting.post(
            letter.url, headers=letter.headers, body=letter.body, seconds=ATTEMPT_S
        )
        if 300 <= result.answer.status < 400:
            result.error = "It sends elsewhere; redirects are not followed. Change the address."
    except (AddressRefused, posting.Unreachable) as error:
        result.error = error.sentence
    except Exception as error:
        log.exception("An attempt failed")
        result.error = f"{type(error).__name__}"
    result.seconds = time.monotonic() - result.started
    return result


def note(ended: Sequence[tuple[Claim, Letter, Result]], outcome: Outcome) -> None:
    """Write down how attempts ended and what follows; nothing where the lease was lost."""
    _write([(one, _end_of(one, letter, result)) for one, letter, result in ended], outcome)


def _write(ends: Sequence[tuple[Claim, End]], outcome: Outcome) -> None:
    def work(rows: Sequence[tuple[Claim, End]]) -> None:
        freed = end(rows)
        for one, what in rows:
            if one.delivery not in freed:
                continue
            if what.fate == "gone":
                webhooks.end_as_gone(one.endpoint.pk)
            elif what.fate == "done" and one.endpoint.probe_at is not None:
                webhooks.due_now(one.endpoint)
                webhooks.note_recovered(one.endpoint.pk)
            elif what.fate == "failed" and freed[one.delivery] == 1:
                webhooks.note_tripped(one.endpoint.pk, what.error or what.sentence)
        kept.update(freed)

    def lose(row: tuple[Claim, End], error: Exception) -> None:
        log.error("The end of delivery %s was not written", row[0].delivery, exc_info=error)

    kept: dict[int, int] = {}
    together(ends, work, lose)
    for one, what in ends:
        if one.delivery not in kept:
            outcome.stale += 1
        elif what.fate == "hidden":
            outcome.hidden += 1
        elif what.fate == "done":
            outcome.done += 1
        elif what.dead:
            outcome.dead += 1
        else:
            outcome.failed += 1


def _ours(one: Claim, error: Exception) -> End:
    """Our own failure: tried again a few times, then given up; the endpoint is not to blame."""
    log.error("Delivery %s to webhook %s failed", one.delivery, one.endpoint.key, exc_info=error)
    said = _plain(f"{type(error).__name__}: {error}")[:2000]
    if one.attempt >= MAX_ATTEMPTS:
        return End("ours", dead=True, error=said)
    return End("ours", due=clock.now() + timedelta(seconds=back_off_s(one.attempt)), error=said)


def _end_of(one: Claim, letter: Letter, result: Result) -> End:
    """What became of a message by this attempt."""
    answer, now = result.answer, clock.now()
    text = _plain(answer.body.decode("utf-8", "replace")) if answer else ""
    found = End(
        "done" if result.ok else "failed",
        duration_ms=round(1000 * result.seconds),
        status=answer.status if answer else None,
        sentence=_plain(result.error)[:300],
        answer=text[:ANSWER_CHARS],
        cut=bool(answer and (answer.cut or len(text) > ANSWER_CHARS)),
    )
    if result.ok:
        return found
    if answer is not None and answer.status == 410:
        found.fate, found.dead = "gone", True
        return found
    found.error = (found.sentence or f"It answered {answer.status if answer else 0}.")[:2000]
    found.pause = _jittered(1)
    given_up_at = letter.first_at + KEPT_FOR
    if now >= given_up_at or one.attempt >= MOST_WEBHOOK_ATTEMPTS:
        found.dead = True
    else:
        found.due = min(now + timedelta(seconds=back_off_s(one.attempt)), given_up_at)
    return found


def _plain(text: str) -> str:
    """Text that the database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def back_off_s(attempt: int) -> float:
    """Seconds to wait after an attempt, the first being 1; never more than an hour."""
    return _jittered(BACK_OFF_S[min(attempt, len(BACK_OFF_S)) - 1])


def _jittered(seconds: float) -> float:
    """Three quarters of it to all: those that failed together do not come back together."""
    return seconds * random.uniform(0.75, 1)


def forget_old() -> None:
    """Drop messages that ended more than 30 days ago, with their attempts."""
    old = Q(first_at__lt=clock.now() - LOG_KEPT) & ~Q(state=WebhookMessage.State.WAITING)
    WebhookMessage.objects.filter(old).delete()
