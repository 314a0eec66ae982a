"""Bringing projections up to date with the chains that grew."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from esm.common import clock, failpoints
from esm.events import registry
from esm.events.models import Dirty

log = logging.getLogger(__name__)

BATCH = 200
# First key of the advisory locks that say «this chain is being projected».
LOCK_CLASS = 0x45534D
LONGEST_WAIT = timedelta(hours=1)

# Recording never waits for a projection: the claim is an advisory lock, not a lock on the row.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, chain, mark FROM events_dirty WHERE due_at <= %s AND id > %s AND id <= %s
    ORDER BY id LIMIT %s),
free AS MATERIALIZED (
    SELECT id, chain, mark, pg_try_advisory_xact_lock(%s, (id %% 2147483647)::int) AS ours FROM due)
SELECT id, chain, mark, ours FROM free ORDER BY id
"""

# A row that somebody marks at this moment is skipped: it stays and is projected again.
DONE = """
DELETE FROM events_dirty WHERE id IN (
    SELECT d.id FROM events_dirty d JOIN unnest(%s::bigint[], %s::int[]) v(id, mark)
        ON d.id = v.id AND d.mark = v.mark
    FOR UPDATE OF d SKIP LOCKED)
"""

Mark = tuple[int, str, int]  # id, chain, mark
LAST_ID = 2**63 - 1


def project_dirty(limit: int = 1000) -> int:
    """Project up to ``limit`` chains that grew; returns how many were brought up to date.

    The facts and the removal of the mark commit together; a chain that grew meanwhile keeps its
    mark. A chain whose projection fails waits and does not hold up the others.
    """
    done, last = 0, 0
    while done < limit:
        seen, last, count = _project_batch(last, min(BATCH, limit - done))
        done += count
        if not seen:
            break
    return done


def _project_batch(last: int, limit: int) -> tuple[int, int, int]:
    """One batch above id ``last``: rows seen, the last id, chains projected."""
    try:
        with transaction.atomic():
            seen, ours, end = _claim(last, limit)
            _project(ours)
            return seen, end, len(ours)
    except Exception:
        # Which one it was is found by doing them alone.
        log.exception("Projecting a batch failed; its chains are taken one by one")
    return _one_by_one(last, limit)


def _one_by_one(last: int, limit: int) -> tuple[int, int, int]:
    """The same batch, each chain in its own transaction; failures are put off."""
    pks = list(
        Dirty.objects.filter(due_at__lte=clock.now(), pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    count = 0
    for pk in pks:
        try:
            with transaction.atomic():
                _, ours, _ = _claim(pk - 1, 1, upto=pk)
                _project(ours)
                count += len(ours)
        except Exception as error:
            log.exception("Projecting %s failed", pk)
            _put_off(pk, f"{type(error).__name__}: {error}")
    return len(pks), pks[-1] if pks else last, count


def _claim(last: int, limit: int, *, upto: int = LAST_ID) -> tuple[int, list[Mark], int]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [clock.now(), last, upto, limit, LOCK_CLASS])
        rows = cursor.fetchall()
    ours = [(pk, chain, mark) for pk, chain, mark, free in rows if free]
    return len(rows), ours, rows[-1][0] if rows else last


def _project(marks: Sequence[Mark]) -> None:
    if not marks:
        return
    by_prefix: dict[str, list[int]] = defaultdict(list)
    for _, chain, _ in marks:
        prefix, _, pk = chain.rpartition("/")
        by_prefix[prefix].append(int(pk))
    for prefix, parents in sorted(by_prefix.items()):
        project = registry.projector(prefix)
        if project is not None:
            project(sorted(parents))
    with connection.cursor() as cursor:
        # Rows that refer to a parent wait here for whoever holds its lock, not at the commit: by
        # then we hold the marks that the same holder waits for when it records.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(DONE, [[pk for pk, _, _ in marks], [mark for _, _, mark in marks]])
    failpoints.hit("projection.before_commit")


def _put_off(pk: int, error: str) -> None:
    """Try a failed chain again after 1 s, 4 s, 16 s … at most an hour."""
    row = Dirty.objects.filter(pk=pk).first()
    if row is None:
        return
    wait = min(timedelta(seconds=4**row.attempts), LONGEST_WAIT)
    Dirty.objects.filter(pk=pk).update(
        attempts=row.attempts + 1, due_at=clock.now() + wait, error=error[:2000]
    )
