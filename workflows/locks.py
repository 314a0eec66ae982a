"""The only place of this app that takes row locks: the request first, then what hangs on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, Model, OuterRef
from django.db.models.base import ModelState

from esm.common.errors import NotFound
from esm.common.rows import one
from esm.events.locks import mark_all_locked, mark_locked
from workflows.models import (
    Clock,
    Comment,
    Handoff,
    InboundSource,
    OffModelWork,
    Request,
    SavedReply,
    SavedView,
    StageVisit,
    WorkSession,
)


def request_for_update(pk: int) -> Request:
    """Lock one request; call inside a transaction."""
    request = one(Request.objects.select_for_update().filter(pk=pk))
    if request is None:
        raise NotFound("This request does not exist.")
    mark_locked(request)
    return request


def requests_skipping(pks: Sequence[int]) -> list[Request]:
    """Lock those of the requests that nobody works on at this moment, in key order."""
    rows = list(
        Request.objects.select_for_update(skip_locked=True).filter(pk__in=pks).order_by("pk")
    )
    for row in rows:
        mark_locked(row)
    return rows


M = TypeVar("M", bound=Model)
HEAD = ("id", "number", "version_id", "chain_bucket", "chain_seq", "chain_hash")
HEADS = f"""
SELECT {", ".join(HEAD)} FROM workflows_request WHERE id = ANY(%s::bigint[])
ORDER BY id FOR UPDATE SKIP LOCKED
"""


def heads_skipping(pks: Sequence[int]) -> list[Request]:
    """The same with no more than recording needs: number, version and the head of the chain."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [list(pks)])
        found = [bare(Request, HEAD, row) for row in cursor.fetchall()]
    mark_all_locked(found)
    return found


def bare(model: type[M], names: Sequence[str], values: Sequence[object]) -> M:
    """A row with the named columns, the others deferred; without the cost of ``__init__``."""
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    row.__dict__.update(zip(names, values, strict=True))
    return row


def requests_in_order(pks: Sequence[int]) -> list[Request]:
    """Lock several requests, waiting for those in other hands; in key order."""
    rows = list(Request.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
    for row in rows:
        mark_locked(row)
    return rows


def visit_of(request: Request, seq: int) -> StageVisit:
    """A visit of a locked request, and whether somebody ``measured`` work on it."""
    rows = StageVisit.objects.filter(request=request, seq=seq)
    measured = Exists(WorkSession.objects.filter(visit=OuterRef("pk")))
    visit = one(rows.annotate(measured=measured))
    if visit is None:
        raise NotFound("This step does not exist.")
    return visit


def handoff_of(request: Request, seq: int) -> Handoff:
    """A handoff of a locked request with both visits."""
    rows = Handoff.objects.select_related("from_visit", "to_visit")
    handoff = one(rows.filter(request=request, seq=seq))
    if handoff is None:
        raise NotFound("This handoff does not exist.")
    return handoff


def live_clocks(request: Request) -> list[Clock]:
    """The clocks of a locked request that have not ended."""
    rows = request.clocks.filter(state__in=["running", "paused"]).order_by()
    return sorted(rows, key=lambda clock: clock.seq)


# Breach only after the due moment (elapsed equal to target is met); warnings on it.
DUE = """c.state = 'running' AND c.next_due <= %(now)s
  AND (c.next_due < %(now)s OR c.next_kind <> 'breach')"""
CLOCK = tuple(field.attname for field in Clock._meta.concrete_fields if field.name != "spans")
DUE_CLOCKS = f"""
SELECT {", ".join(CLOCK)} FROM workflows_clock c WHERE c.request_id = ANY(%(requests)s::bigint[])
  AND {DUE} ORDER BY c.request_id, c.next_due, c.id
"""


def due_clocks(requests: Sequence[int], now: datetime) -> list[Clock]:
    """The clocks of locked requests of which a threshold has passed, in the order they fire."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_CLOCKS, {"requests": list(requests), "now": now})
        return [bare(Clock, CLOCK, row) for row in cursor.fetchall()]


def promise_of(request: Request) -> Clock | None:
    """The clock of the promise of a locked request, also when it has ended."""
    return request.clocks.filter(metric=Clock.Metric.PROMISE).order_by("seq").first()


def last_done(request: Request) -> list[StageVisit]:
    """The visits of a locked request that were finished, the last one first."""
    rows = request.visits.filter(state=StageVisit.State.DONE)
    return list(rows.order_by("-ended_at", "-seq"))


def comment_of(request: Request, seq: int, *, internal: bool) -> Comment:
    """A message of a locked request. Raises NotFound; what was taken back is not there."""
    rows = Comment.objects.filter(request=request, seq=seq, internal=internal)
    found = rows.filter(removed_at=None).first()
    if found is None:
        raise NotFound("This message does not exist.")
    return found


def reply_for_update(pk: int) -> SavedReply:
    """Lock one saved reply that was not removed; call inside a transaction."""
    rows = SavedReply.objects.select_for_update(of=("self",)).select_related("team")
    reply = rows.filter(pk=pk, removed_at=None).first()
    if reply is None:
        raise NotFound("This saved reply does not exist.")
    mark_locked(reply)
    return reply


def off_model_for_update(pk: int) -> OffModelWork:
    """Lock one logged piece of work that was not removed; call inside a transaction."""
    rows = OffModelWork.objects.select_for_update(of=("self",))
    work = rows.select_related("team", "person", "department").filter(pk=pk, removed_at=None)
    found = work.first()
    if found is None:
        raise NotFound("This entry does not exist.")
    mark_locked(found)
    return found


def views_beside(pk: int) -> list[SavedView]:
    """Lock a saved view and all that stand in one row of tabs with it, in that order."""
    one = SavedView.objects.filter(pk=pk, removed_at=None).first()
    if one is None:
        raise NotFound("This view does not exist.")
    rows = SavedView.objects.select_for_update(of=("self",)).select_related("team", "queue")
    beside = {"owner": one.owner_id, "team": one.team_id, "queue": one.queue_id}
    found = list(rows.filter(**beside, removed_at=None).order_by("pk"))
    for row in found:
        mark_locked(row)
    return sorted(found, key=lambda row: (row.position, row.pk))


def view_for_update(pk: int) -> SavedView:
    """Lock one saved view that was not removed; call inside a transaction."""
    rows = SavedView.objects.select_for_update(of=("self",)).select_related("team", "queue")
    view = rows.filter(pk=pk, removed_at=None).first()
    if view is None:
        raise NotFound("This view does not exist.")
    mark_locked(view)
    return view


def lock_source(pk: int) -> InboundSource:
    """One source of messages, ready to be recorded on."""
    row = InboundSource.objects.select_for_update().get(pk=pk)
    mark_locked(row)
    return row
