"""Webhook endpoints: made, changed, paused, given a new secret, ended, sent to again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.common.outward import guard
from esm.events import policies, registries
from esm.events.actors import SYSTEM, Actor
from esm.events.event_types import (
    WebhookChanged,
    WebhookEnded,
    WebhookMade,
    WebhookPaused,
    WebhookRecovered,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookTested,
    WebhookTripped,
)
from esm.events.locks import lock_endpoint, lock_owner, mark_locked
from esm.events.models import Delivery, WebhookEndpoint, WebhookMessage, WebhookSecret
from esm.events.services import signing
from esm.events.services.hints import hint
from esm.events.services.ledger import record
from esm.events.types import declared, moment_text

CONSUMER, QUEUE = "webhooks.send", "webhooks"
MOST_OF_ONE = 20
MOST_TYPES = 100
OVERLAP = timedelta(hours=24)
LONGEST_REPLAY = timedelta(days=7)
MOST_REPLAYED = 50_000
# Events older than this are not sent again.
REPLAYED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint with its new secret, which is shown now and never again."""

    endpoint: WebhookEndpoint
    secret: str


def make_endpoint(
    owner: User, *, url: str, types: Sequence[str], description: str = "", by: User, actor: Actor
) -> Shown:
    """Send the owner's events to an address from now on. Raises Invalid and NotAllowed."""
    policies.require_ownership(by, owner)
    address, wanted, said = _checked(url, types, description)
    with transaction.atomic():
        # Two at once must not pass the limit together.
        lock_owner(owner.pk)
        live = WebhookEndpoint.objects.filter(owner=owner).exclude(state="ended")
        if live.count() >= MOST_OF_ONE:
            raise InvalidState(f"There are {MOST_OF_ONE} webhooks already. End one that is unused.")
        row = WebhookEndpoint.objects.create(
            key=secrets.token_hex(6),
            owner=owner,
            url=address,
            description=said,
            types=wanted,
            id_key=secrets.token_bytes(16),
        )
        mark_locked(row)
        salt = signing.new_salt()
        WebhookSecret.objects.create(endpoint=row, salt=salt)
        told = {"url": address, "description": said}
        event = WebhookMade(owner=owner.pk, types=wanted, private=told)
        record(row, [event], actor=actor)
    return Shown(row, signing.secret_of(salt))


def change_endpoint(
    endpoint: WebhookEndpoint,
    *,
    url: str,
    types: Sequence[str],
    description: str,
    by: User,
    actor: Actor,
) -> WebhookEndpoint:
    """Another address, description or choice of events. Raises Invalid and NotAllowed."""
    policies.require_owner(by, endpoint)
    address, wanted, said = _checked(url, types, description, before=endpoint.url)
    with transaction.atomic():
        row = _open(endpoint)
        new = {"url": address, "types": wanted, "description": said}
        changed = {name: value for name, value in new.items() if getattr(row, name) != value}
        if changed:
            for name, value in changed.items():
                setattr(row, name, value)
            row.save(update_fields=list(changed))
            told = {n: str(v) for n, v in changed.items() if n != "types"}
            event = WebhookChanged(fields=sorted(changed), types=wanted, private=told)
            record(row, [event], actor=actor)
    return row


def rotate_secret(
    endpoint: WebhookEndpoint, *, by: User, actor: Actor, overlap: timedelta = OVERLAP
) -> Shown:
    """A new secret; messages carry signatures of both for a day."""
    policies.require_owner(by, endpoint)
    with transaction.atomic():
        row = _open(endpoint)
        ends = clock.now() + overlap
        live = WebhookSecret.objects.filter(endpoint=row, ends_at__isnull=True)
        WebhookSecret.objects.filter(endpoint=row, ends_at__isnull=False).delete()
        live.update(ends_at=ends)
        salt = signing.new_salt()
        WebhookSecret.objects.create(endpoint=row, salt=salt)
        record(row, [WebhookSecretRotated(ends_at=moment_text(ends))], actor=actor)
    return Shown(row, signing.secret_of(salt))


def pause_endpoint(endpoint: WebhookEndpoint, *, by: User, actor: Actor) -> WebhookEndpoint:
    """Send nothing until it is resumed; what happens meanwhile waits."""
    policies.require_stop(by, endpoint)
    with transaction.atomic():
        row = _open(endpoint)
        if row.state == WebhookEndpoint.State.ACTIVE:
            row.state = WebhookEndpoint.State.PAUSED
            row.save(update_fields=["state"])
            record(row, [WebhookPaused()], actor=actor)
    return row


def resume_endpoint(endpoint: WebhookEndpoint, *, by: User, actor: Actor) -> WebhookEndpoint:
    """Send again, at once, also when the breaker is open."""
    policies.require_stop(by, endpoint)
    with transaction.atomic():
        row = _open(endpoint)
        if row.condition != "active":
            row.state = WebhookEndpoint.State.ACTIVE
            row.failures, row.opened, row.probe_at = 0, 0, None
            row.save(update_fields=["state", "failures", "opened", "probe_at"])
            record(row, [WebhookResumed()], actor=actor)
            due_now(row)
    return row


def end_endpoint(endpoint: WebhookEndpoint, *, by: User, actor: Actor) -> WebhookEndpoint:
    """End it for good; what waits for it is owed no longer."""
    policies.require_stop(by, endpoint)
    with transaction.atomic():
        return _end(_open(endpoint), "hand", actor)


def end_as_gone(pk: int) -> WebhookEndpoint:
    """It answered 410; the caller's transaction ends it."""
    row = lock_endpoint(pk)
    return row if row.state == WebhookEndpoint.State.ENDED else _end(row, "gone", SYSTEM)


def note_tripped(pk: int, error: str) -> None:
    """Its breaker opened just now, in the caller's transaction: an event says so, once."""
    row = lock_endpoint(pk)
    private = {"error": error} if error else {}
    record(row, [WebhookTripped(failures=row.failures, private=private)], actor=SYSTEM)


def note_recovered(pk: int) -> None:
    """A message arrived and closed its breaker, in the caller's transaction."""
    record(lock_endpoint(pk), [WebhookRecovered()], actor=SYSTEM)


def _end(row: WebhookEndpoint, why: str, actor: Actor) -> WebhookEndpoint:
    row.state, row.ended_by = WebhookEndpoint.State.ENDED, why
    row.save(update_fields=["state", "ended_by"])
    Delivery.objects.filter(queue=QUEUE, item=str(row.pk)).delete()
    WebhookSecret.objects.filter(endpoint=row).delete()
    waiting = WebhookMessage.objects.filter(endpoint=row, state=WebhookMessage.State.WAITING)
    waiting.update(state=WebhookMessage.State.FAILED)
    record(row, [WebhookEnded(why=why)], actor=actor)
    return row


def send_test(endpoint: WebhookEndpoint, *, by: User, actor: Actor) -> None:
    """Send a message that says nothing, whatever was chosen."""
    policies.require_owner(by, endpoint)
    with transaction.atomic():
        row = _open(endpoint)
        (event_id,) = record(row, [WebhookTested()], actor=actor)
        _owe(row, event_id)


def replay_message(endpoint: WebhookEndpoint, sequence: int, *, by: User, actor: Actor) -> None:
    """Send one message again, under the same id, if its event may still be seen.

    Raises Invalid for one that is not in the log, InvalidState for one that waits already.
    """
    policies.require_owner(by, endpoint)
    with transaction.atomic():
        row = _open(endpoint)
        message = WebhookMessage.objects.filter(endpoint=row, sequence=sequence).first()
        if message is None:
            raise Invalid("This message is not in the log any more.")
        due = Delivery.objects.filter(queue=QUEUE, item=str(row.pk), event_id=message.event_id)
        if due.filter(state=Delivery.State.DUE).exists():
            raise InvalidState("It is on its way already; it is tried again by itself.")
        due.delete()
        message.state, message.first_at = WebhookMessage.State.WAITING, clock.now()
        message.save(update_fields=["state", "first_at"])
        Delivery.objects.create(
            event_id=message.event_id,
            bucket=message.bucket,
            item=str(row.pk),
            consumer=CONSUMER,
            queue=QUEUE,
            due_at=clock.now(),
        )
        when = moment_text(message.occurred_at)
        record(row, [WebhookReplayed(since=when, until=when)], actor=actor)
        hint(QUEUE)


def replay_range(
    endpoint: WebhookEndpoint, *, since: datetime, until: datetime, by: User, actor: Actor
) -> None:
    """Send everything of a time again that it is subscribed to and its owner may see now.

    At most 7 days within the last 30. How much it is says nothing: it counts what may not be seen.
    Raises Invalid.
    """
    policies.require_owner(by, endpoint)
    now = clock.now()
    if until <= since or until > now + timedelta(minutes=1) or since < now - REPLAYED_FOR:
        said = "Choose a time within the last 30 days, its end after its beginning."
        raise Invalid(said, {"since": [said]})
    if until - since > LONGEST_REPLAY:
        raise Invalid("Choose at most 7 days.", {"until": ["Choose at most 7 days."]})
    with transaction.atomic():
        row = _open(endpoint)
        with connection.cursor() as cursor:
            cursor.execute(
                REPLAY,
                {"item": str(row.pk), "consumer": CONSUMER, "now": now, "since": since,
                 "until": until, "types": row.types, "most": MOST_REPLAYED + 1, "pk": row.pk},
            )  # fmt: skip
            if cursor.rowcount > MOST_REPLAYED:
                said = f"More than {MOST_REPLAYED} events lie in this time. Choose a shorter one."
                raise Invalid(said, {"until": [said]})
        told = WebhookReplayed(since=moment_text(since), until=moment_text(until))
        record(row, [told], actor=actor)
        hint(QUEUE)


REPLAY = """
WITH chosen AS (
    SELECT e.id, e.bucket FROM events_event e
    WHERE e.occurred_at >= %(since)s AND e.occurred_at < %(until)s AND e.type <> 'webhook.tested'
      AND %(types)s::varchar[] && ARRAY[e.type, split_part(e.type, '.', 1) || '.*', '*']::varchar[]
      AND NOT EXISTS (
        SELECT 1 FROM events_delivery d WHERE d.queue = 'webhooks' AND d.item = %(item)s
          AND d.state = 'due' AND d.event_id = e.id)
    LIMIT %(most)s),
again AS (
    UPDATE events_webhookmessage m SET state = 'waiting', first_at = %(now)s
    FROM chosen WHERE m.endpoint_id = %(pk)s AND m.event_id = chosen.id)
INSERT INTO events_delivery (event_id, bucket, item, consumer, queue, due_at)
SELECT id, bucket, %(item)s, %(consumer)s, 'webhooks', %(now)s FROM chosen ORDER BY id
"""


def due_now(endpoint: WebhookEndpoint) -> None:
    """What waits to be tried again is tried at once: the endpoint answers again."""
    rows = Delivery.objects.filter(queue=QUEUE, state=Delivery.State.DUE, item=str(endpoint.pk))
    rows.filter(due_at__gt=clock.now()).update(due_at=clock.now())
    hint(QUEUE)


def _open(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    row = lock_endpoint(endpoint.pk)
    if row.state == WebhookEndpoint.State.ENDED:
        raise InvalidState("This webhook has ended. Make a new one.", allowed=[])
    return row


def _owe(row: WebhookEndpoint, event_id: int) -> None:
    Delivery.objects.create(
        event_id=event_id,
        bucket=row.chain_bucket,
        item=str(row.pk),
        consumer=CONSUMER,
        queue=QUEUE,
        due_at=clock.now(),
    )
    hint(QUEUE)


def _checked(
    url: str, types: Sequence[str], description: str, before: str = ""
) -> tuple[str, list[str], str]:
    """The address in its plain form, the types, the description. Raises Invalid.

    An address that stays is not looked up again: its host may be away while the rest is changed.
    """
    errors: dict[str, list[str]] = {}
    address, said = url.strip(), " ".join(description.split())
    if address != before:
        try:
            address = guard.check_url(address).url
        except guard.AddressRefused as refused:
            errors["url"] = [refused.sentence]
    if len(said) > 200:
        errors["description"] = ["Write at most 200 characters."]
    words = registries.told_words()
    known = {name for name in declared() if name.partition(".")[0] in words}
    known |= {f"{word}.*" for word in words} | {"*"}
    wanted = sorted(set(types))
    unknown = [one for one in wanted if one not in known]
    if unknown:
        errors["types"] = [
            f"There is no type of event {', '.join(unknown)[:200]}. Choose from the list, a first"
            " word with a star such as request.*, or a star alone."
        ]
    elif not wanted:
        errors["types"] = ["Choose at least one type of event."]
    elif len(wanted) > MOST_TYPES:
        errors["types"] = [f"Choose at most {MOST_TYPES}, or a first word with a star."]
    if errors:
        raise Invalid("This webhook cannot be kept like this.", errors)
    return address, wanted, said
