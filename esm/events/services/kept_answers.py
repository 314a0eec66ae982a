"""Keeping what posts with an idempotency key were answered; see ``esm.common.api.once``."""

from contextlib import AbstractContextManager
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from esm.common import clock
from esm.common.uses import Kept, Use
from esm.events.models import KeptAnswer
from esm.events.services import touched

KEPT = timedelta(days=7)
BATCH = 5_000

# A rival's row that is not committed yet makes this wait for the end of its transaction. One that
# is too old is taken over; any other stays, and nothing is returned.
CLAIM = """
INSERT INTO events_keptanswer (user_id, operation, key, digest, created_at, status, headers, body)
VALUES (%s, %s, %s, %s, %s, 0, '{}', NULL)
ON CONFLICT ON CONSTRAINT answer_once DO UPDATE
    SET digest = excluded.digest, created_at = excluded.created_at, status = 0,
        headers = '{}', body = NULL, chains = '{}', erased = false
    WHERE events_keptanswer.created_at <= %s
RETURNING id
"""


def watching() -> AbstractContextManager[None]:
    """Note, within, on which chains the effect records."""
    return touched.watching()


def claim(use: Use) -> Kept | None:
    """Begin a use of a key, or what was answered to it before. Call inside a transaction."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [use.user_id, use.operation, use.key, use.digest, now, now - KEPT])
        if cursor.fetchone():
            return None
    row = _rows(use).get()
    return Kept(row.digest, row.status, row.headers, row.body, row.erased)


def keep(use: Use, kept: Kept) -> None:
    """Write the answer to the row that ``claim`` made in this transaction."""
    _rows(use).update(
        status=kept.status, headers=dict(kept.headers), body=kept.body, chains=touched.chains()
    )


def erase(chain: str) -> int:
    """Drop what was answered to posts that recorded on a chain; returns how many answers.

    That each was done stays known, so that none of them has a second effect.
    """
    rows = KeptAnswer.objects.filter(chains__contains=[chain], body__isnull=False)
    return rows.update(body=None, erased=True)


def forget_old() -> int:
    """Remove answers older than seven days, some thousands at a time; returns how many."""
    gone = 0
    while True:
        old = KeptAnswer.objects.filter(created_at__lte=clock.now() - KEPT)
        pks = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
        count, _ = KeptAnswer.objects.filter(pk__in=pks).delete() if pks else (0, {})
        gone += count
        if len(pks) < BATCH:
            return gone


def _rows(use: Use) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(user_id=use.user_id, operation=use.operation, key=use.key)
