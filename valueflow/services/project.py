"""Facts of a request from its own events: one path for what just happened and for a rebuild."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models, transaction

from esm.events.models import Event as LedgerEvent
from valueflow.engine.events import Event
from valueflow.engine.facts import WorkingTime, build
from valueflow.engine.fold import fold
from valueflow.engine.records import Case
from valueflow.engine.rows import Facts, RequestFact
from valueflow.models import FactDecision, FactHandoff, FactRequest, FactSpan, FactVisit
from valueflow.services import rollups
from valueflow.services.copying import copy_rows
from workflows.models import Request
from workflows.selectors.calendars import calendar_of

BATCH = 200
# Namespace of the advisory locks that keep two projections of one request apart.
LOCK_SPACE = 0x46414354

PARTS: tuple[tuple[str, type[models.Model]], ...] = (
    ("spans", FactSpan),
    ("visits", FactVisit),
    ("handoffs", FactHandoff),
    ("decisions", FactDecision),
)


class Recorded(NamedTuple):
    """What is read of an event."""

    chain: str
    seq: int
    type: str
    occurred_at: datetime
    version: int | None
    data: Any


def project_requests(request_ids: Iterable[int]) -> None:
    """Recompute the facts of these requests from their events.

    Idempotent: events are read under a lock of the projection alone, so requests go on meanwhile
    and the last one to finish saw the most.
    """
    wanted = sorted(set(request_ids))
    for start in range(0, len(wanted), BATCH):
        _project_batch(wanted[start : start + BATCH])


def rebuild_all() -> int:
    """Recompute the facts of every request, and all counts; how many requests there are."""
    ids = list(Request.objects.order_by("pk").values_list("pk", flat=True))
    project_requests(ids)
    rollups.rebuild()
    return len(ids)


@transaction.atomic
def _project_batch(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, (id %% 2147483647)::int)"
            " FROM unnest(%s::bigint[]) AS id ORDER BY id",
            [LOCK_SPACE, list(ids)],
        )
    told = {pk: _facts(rows) for pk, rows in _events(ids).items()}
    with rollups.following(ids):
        _write({pk: facts for pk, facts in told.items() if facts is not None})


def _events(ids: Sequence[int]) -> dict[int, list[Recorded]]:
    """The events of each request in order; every look-up names the partition."""
    homes = Request.objects.filter(pk__in=ids).values_list("pk", "chain_bucket")
    by_bucket: dict[Any, list[str]] = defaultdict(list)
    for pk, bucket in homes:
        by_bucket[bucket].append(f"{Request.CHAIN}/{pk}")
    chains: dict[int, list[Recorded]] = {}
    for bucket, names in by_bucket.items():
        rows = LedgerEvent.objects.filter(bucket=bucket, chain__in=names).order_by("chain", "seq")
        for row in rows.values_list("chain", "seq", "type", "occurred_at", "version", "data"):
            told = Recorded(*row)
            chains.setdefault(int(told.chain.rpartition("/")[2]), []).append(told)
    return chains


def cases_of(ids: Sequence[int]) -> Iterator[tuple[int, Case]]:
    """The folded events of these requests, batch by batch; for checks of what is stored."""
    for start in range(0, len(ids), BATCH):
        for pk, rows in _events(ids[start : start + BATCH]).items():
            yield pk, fold(_plain(row) for row in rows)


def _facts(rows: Sequence[Recorded]) -> Facts | None:
    followed = list(dict.fromkeys(row.version for row in rows if row.version is not None))
    case = fold(_plain(row) for row in rows)
    if not case.stretches or not followed:
        return None

    def calendars(key: str) -> WorkingTime:
        """Of the version it was sent under, else of the first it followed since that has it."""
        return calendar_of(followed, key)

    return build(case, calendars)


def _plain(row: Recorded) -> Event:
    return Event(
        chain=row.chain,
        seq=row.seq,
        type=row.type,
        occurred_at=row.occurred_at,
        version=str(row.version or ""),
        data=row.data,
    )


def _write(found: dict[int, Facts]) -> None:
    if not found:
        return
    names = [field.name for field in fields(RequestFact)]
    FactRequest.objects.bulk_create(
        [
            FactRequest(request_id=pk, **{name: getattr(facts.request, name) for name in names})
            for pk, facts in found.items()
        ],
        update_conflicts=True,
        unique_fields=["request"],
        update_fields=names,
    )
    for part, model in PARTS:
        model._default_manager.filter(fact_id__in=found)._raw_delete("default")  # type: ignore[attr-defined]
        rows = [(pk, row) for pk, facts in found.items() for row in getattr(facts, part)]
        if rows:
            columns = [field.name for field in fields(rows[0][1])]
            read = attrgetter(*columns)
            copy_rows(model, ("fact", *columns), ((pk, *read(row)) for pk, row in rows))
