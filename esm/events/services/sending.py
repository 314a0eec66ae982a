"""Sending to webhooks: at most one message of an endpoint under way, many endpoints side by side.

A receiver that hangs holds a thread and nothing else: what is asked of the database is asked by the
main thread, which goes on with the other endpoints. Attempts are counted before the work, as for
every delivery. What the owner may not see at this moment is not sent and leaves no trace.
"""

import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from esm.accounts.models import ServiceAccount
from esm.common import clock, failpoints
from esm.common.outward import posting
from esm.common.outward.guard import AddressRefused
from esm.events import registries
from esm.events.locks import lock_endpoint
from esm.events.models import Delivery, WebhookAttempt, WebhookEndpoint, WebhookMessage
from esm.events.registry import EventRow
from esm.events.selectors.events import events_by_id
from esm.events.selectors.health import MAX_ATTEMPTS, MOST_WEBHOOK_ATTEMPTS
from esm.events.services import jobs, letters, webhooks
from esm.events.services.letters import Letter

log = logging.getLogger(__name__)

# Messages under way at once in one process; each is a thread that only waits.
SLOTS = 64
# One run takes new messages for so long, then waits for those under way.
RUN_S = 8.0
ATTEMPT_S = posting.SECONDS
LEASE_S = 30
KEPT_FOR = timedelta(hours=72)
# How long to wait after the first, second … failure; then an hour each time. All a little less.
BACK_OFF_S = (5, 30, 120, 600, 1800, 3600)
# So many failures in a row open the breaker, for longer each time a probe fails too.
TRIPS_AFTER = 5
OPEN_S = (30, 60, 120, 300, 600, 1800)
ANSWER_CHARS = 4000
LOG_KEPT = timedelta(days=30)

CLAIM = """
WITH free AS (
    SELECT w.id FROM events_webhookendpoint w
    WHERE w.state = 'active' AND (w.probe_at IS NULL OR w.probe_at <= %(now)s)
      AND (w.lease_until IS NULL OR w.lease_until < clock_timestamp())
      AND EXISTS (SELECT 1 FROM events_delivery d WHERE d.queue = 'webhooks' AND d.state = 'due'
                  AND d.item = w.id::text AND d.due_at <= %(now)s)
    ORDER BY w.turn_at NULLS FIRST, w.id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED),
next AS (
    SELECT free.id AS endpoint, d.id FROM free CROSS JOIN LATERAL (
        SELECT id FROM events_delivery d WHERE d.queue = 'webhooks' AND d.state = 'due'
          AND d.item = free.id::text AND d.due_at <= %(now)s ORDER BY id LIMIT 1) d),
taken AS (
    UPDATE events_webhookendpoint w SET turn_at = clock_timestamp(), lease_token = %(token)s,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    FROM next WHERE w.id = next.endpoint RETURNING w.id)
UPDATE events_delivery d SET attempts = attempts + 1, lease_token = %(token)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM next JOIN taken ON taken.id = next.endpoint WHERE d.id = next.id
RETURNING d.id, next.endpoint, d.event_id, d.bucket, d.attempts, d.error
"""


@dataclass(slots=True)
class Outcome:
    """What one run did; ``hidden`` were owed to who may not see them."""

    done: int = 0
    failed: int = 0
    dead: int = 0
    hidden: int = 0
    stale: int = 0


@dataclass(slots=True)
class Claim:
    """One delivery to one endpoint, ours until the lease ends."""

    delivery: int
    endpoint: WebhookEndpoint
    event: EventRow | None
    attempt: int
    error: str
    token: UUID


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

    Nothing new is taken once ``until`` says so.
    """
    run = Run(ThreadPoolExecutor(SLOTS, thread_name_prefix="webhook"))
    give_up = time.monotonic() + run_s
    signed = 0.0
    try:
        while True:
            if time.monotonic() - signed > 5:
                signed = time.monotonic()
                jobs.beat("queue:webhooks", "webhooks")
            taking = time.monotonic() < give_up and not (until and until())
            taken = _take(run) if taking else 0
            if not run.under_way:
                if not taken or not taking:
                    return run.outcome
                continue
            _reap(run, 0.2 if taking else 1.0)
            if time.monotonic() > give_up + ATTEMPT_S + 2:
                return run.outcome
    finally:
        # A thread that a name server holds is not waited for; its lease ends by itself.
        run.pool.shutdown(wait=False, cancel_futures=True)


def _take(run: Run) -> int:
    """Claim one message for each endpoint that is free, and start sending; how many."""
    claims = claim(SLOTS - len(run.under_way))
    if claims:
        failpoints.hit("webhooks.after_claim")
    for one in claims:
        letter = _written(one, run.outcome)
        if letter is not None:
            run.under_way[run.pool.submit(_attempt, letter)] = (one, letter)
    return len(claims)


def _reap(run: Run, seconds: float) -> None:
    """Write down what ended meanwhile."""
    done, _waiting = wait(run.under_way, timeout=seconds, return_when=FIRST_COMPLETED)
    for future in done:
        one, letter = run.under_way.pop(future)
        failpoints.hit("webhooks.after_effect")
        note(one, letter, future.result(), run.outcome)


def claim(limit: int) -> list[Claim]:
    """Lease endpoints that have something due, one message each; committed at once."""
    if limit <= 0:
        return []
    token = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"now": clock.now(), "limit": limit, "token": str(token), "lease": LEASE_S}
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    events = events_by_id([(row[3], row[2]) for row in rows])
    # Read anew for each claim, so that what an owner lost a moment ago counts.
    found = WebhookEndpoint.objects.select_related("owner").prefetch_related("secrets")
    endpoints = found.in_bulk([row[1] for row in rows])
    return [
        Claim(pk, endpoints[endpoint], events.get(event_id), attempts, error, token)
        for pk, endpoint, event_id, _bucket, attempts, error in rows
    ]


def _written(one: Claim, outcome: Outcome) -> Letter | None:
    """The letter to send now, if any; its owner's sight is looked at here and nowhere earlier."""
    try:
        if one.attempt > MAX_ATTEMPTS and not one.error:
            raise RuntimeError("The worker ended during each attempt.")
        if one.event is None:
            raise LookupError("Its event is not in the ledger.")
        data = registries.tell(one.endpoint.owner, one.event) if _is_live(one) else None
        if data is None:
            _forget(one)
            outcome.hidden += 1
            return None
        with transaction.atomic():
            return letters.write(one.endpoint, one.event, data)
    except Exception as error:
        # Whatever an app does with an event, the other messages must not wait for it.
        log.exception("Delivery %s to webhook %s failed", one.delivery, one.endpoint.key)
        _put_off(one, f"{type(error).__name__}: {error}", outcome)
        return None


def _is_live(one: Claim) -> bool:
    owner = one.endpoint.owner
    stopped = ServiceAccount.objects.filter(user_id=owner.pk, active=False)
    return owner.is_active and not stopped.exists()


def _forget(one: Claim) -> None:
    """The owner may not see it: it is owed to nobody, and nobody hears that it was."""
    with transaction.atomic():
        if _release(one):
            _mine(one).delete()
            rows = WebhookMessage.objects.filter(endpoint=one.endpoint, state="waiting")
            if one.event is not None:
                rows.filter(event_id=one.event.id).update(state="failed")


def _put_off(one: Claim, error: str, outcome: Outcome) -> None:
    """Our own failure: tried again a few times, then given up; the endpoint is not to blame."""
    with transaction.atomic():
        if not _release(one):
            outcome.stale += 1
        elif one.attempt >= MAX_ATTEMPTS:
            _mine(one).update(state="dead", lease_until=None, lease_token=None, error=error[:2000])
            outcome.dead += 1
        else:
            due = clock.now() + timedelta(seconds=back_off_s(one.attempt))
            _mine(one).update(due_at=due, lease_until=None, lease_token=None, error=error[:2000])
            outcome.failed += 1


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


def note(one: Claim, letter: Letter, result: Result, outcome: Outcome) -> None:
    """Write down how an attempt ended and what follows; nothing when the lease was lost."""
    now = clock.now()
    with transaction.atomic():
        if not _release(one):
            outcome.stale += 1
            return
        rows = WebhookMessage.objects.filter(pk=letter.message_id)
        rows.update(attempts=F("attempts") + 1, last_at=now)
        _log(one, letter, result)
        if result.ok:
            _succeeded(one, rows)
            outcome.done += 1
        elif result.answer is not None and result.answer.status == 410:
            webhooks.end_as_gone(one.endpoint.pk)
            outcome.dead += 1
        elif _failed(one, letter, result):
            rows.update(state=WebhookMessage.State.FAILED)
            outcome.dead += 1
        else:
            outcome.failed += 1


def _log(one: Claim, letter: Letter, result: Result) -> None:
    answer = result.answer
    text = answer.body.decode("utf-8", "replace").replace("\x00", "\ufffd") if answer else ""
    WebhookAttempt.objects.create(
        message_id=letter.message_id,
        number=one.attempt,
        at=clock.now(),
        duration_ms=round(1000 * result.seconds),
        status=answer.status if answer else None,
        error=result.error[:300],
        answer=text[:ANSWER_CHARS],
        cut=bool(answer and (answer.cut or len(text) > ANSWER_CHARS)),
    )


def _succeeded(one: Claim, rows: QuerySet[WebhookMessage, WebhookMessage]) -> None:
    rows.update(state=WebhookMessage.State.DELIVERED)
    _mine(one).delete()
    was_broken = one.endpoint.probe_at is not None
    WebhookEndpoint.objects.filter(pk=one.endpoint.pk).update(
        last_success_at=clock.now(), failures=0, opened=0, probe_at=None
    )
    if was_broken:
        webhooks.due_now(one.endpoint)


def _failed(one: Claim, letter: Letter, result: Result) -> bool:
    """Count the failure, open the breaker where it is due; True when the message is given up."""
    now = clock.now()
    row = lock_endpoint(one.endpoint.pk)
    row.last_failure_at = now
    row.failures += 1
    if row.failures >= TRIPS_AFTER:
        row.opened += 1
        row.probe_at = now + timedelta(seconds=_jittered(OPEN_S[min(row.opened, len(OPEN_S)) - 1]))
    row.save(update_fields=["last_failure_at", "failures", "opened", "probe_at"])
    error = result.error or f"It answered {result.answer.status if result.answer else 0}."
    given_up_at = letter.first_at + KEPT_FOR
    changes = {"lease_until": None, "lease_token": None, "error": error[:2000]}
    if now >= given_up_at or one.attempt >= MOST_WEBHOOK_ATTEMPTS:
        _mine(one).update(state=Delivery.State.DEAD, **changes)
        return True
    due = min(now + timedelta(seconds=back_off_s(one.attempt)), given_up_at)
    _mine(one).update(due_at=due, **changes)
    return False


def back_off_s(attempt: int) -> float:
    """Seconds to wait after an attempt, the first being 1; never more than an hour."""
    return _jittered(BACK_OFF_S[min(attempt, len(BACK_OFF_S)) - 1])


def _jittered(seconds: float) -> float:
    """Three quarters of it to all: those that failed together do not come back together."""
    return seconds * random.uniform(0.75, 1)


def _mine(one: Claim) -> QuerySet[Delivery, Delivery]:
    return Delivery.objects.filter(pk=one.delivery, lease_token=one.token)


def _release(one: Claim) -> bool:
    """Give the endpoint back; False when somebody else has it by now."""
    rows = WebhookEndpoint.objects.filter(pk=one.endpoint.pk, lease_token=one.token)
    return bool(rows.update(lease_until=None, lease_token=None))


def forget_old() -> None:
    """Drop messages that ended more than 30 days ago, with their attempts."""
    old = Q(first_at__lt=clock.now() - LOG_KEPT) & ~Q(state=WebhookMessage.State.WAITING)
    WebhookMessage.objects.filter(old).delete()
