"""Bringing projections up to date with the chains that grew."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from esm.common import clock, failpoints
from esm.events import registry
from esm.events.models import Dirty
from esm.events.services import quarantine
from esm.events.services.quarantine import Swept

SWEEP = "projection"
BATCH = 200
# First key of the advisory locks that say «this chain is being projected».
LOCK_CLASS = 0x45534D

# Recording never waits for a projection: the claim is an advisory lock, not a lock on the row.
CLAIM = """
SELECT id, chain, mark, pg_try_advisory_xact_lock(%s, (id %% 2147483647)::int) AS ours
FROM (SELECT id, chain, mark FROM events_dirty WHERE id = ANY(%s::bigint[]) ORDER BY id) due
"""

# A row that somebody marks at this moment is skipped: it stays and is projected again.
DONE = """
DELETE FROM events_dirty WHERE id IN (
    SELECT d.id FROM events_dirty d JOIN unnest(%s::bigint[], %s::int[]) v(id, mark)
        ON d.id = v.id AND d.mark = v.mark
    FOR UPDATE OF d SKIP LOCKED)
"""

Mark = tuple[int, str, int]  # id, chain, mark


def project_dirty(limit: int = 1000) -> int:
    """Project up to ``limit`` chains that grew; returns how many were brought up to date.

    The facts and the removal of the mark commit together; a chain that grew meanwhile keeps its
    mark. A chain whose projection fails is tried alone and does not hold up the others.
    """
    done, last = quarantine.recover(SWEEP, _work), 0
    while done < limit:
        rows = Dirty.objects.filter(due_at__lte=clock.now(), pk__gt=last)
        rows = rows.exclude(pk__in=quarantine.taken(SWEEP)).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[: min(BATCH, limit - done)])
        if not keys:
            break
        done += quarantine.batch(SWEEP, keys, _work).effects
        last = keys[-1]
    return done


def _work(keys: Sequence[int]) -> Swept:
    """Within a transaction: project those of the chains that nobody projects at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [LOCK_CLASS, list(keys)])
        rows = cursor.fetchall()
    ours = [(pk, chain, mark) for pk, chain, mark, free in rows if free]
    _project(ours)
    # What is no longer there was done by somebody else.
    return Swept(len(ours), len(ours) + len(keys) - len(rows))


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


def chains_of(keys: Sequence[int]) -> dict[int, str]:
    """Of which chain each mark is."""
    return dict(Dirty.objects.filter(pk__in=keys).values_list("pk", "chain"))


def let_be(keys: Sequence[int]) -> None:
    """Leave projections behind until their chains grow again."""
    Dirty.objects.filter(pk__in=keys).delete()
