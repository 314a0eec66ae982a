"""What must always hold of clocks: their spans, their breach, their ladder."""

from collections.abc import Iterator
from typing import Any

from workflows.engine import clockwork
from workflows.models import Clock

CHUNK = 2000


def _all(**narrowed: Any) -> Iterator[Clock]:
    rows = Clock.objects.filter(**narrowed).select_related("request")
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def _name(row: Clock) -> str:
    return f"{row.request.ref}, clock {row.seq}"


def spans_add_up() -> Iterator[str]:
    """I11: what elapsed is what ran; spans neither overlap nor count more than the wall."""
    for row in _all():
        spans = [clockwork.Span.of(one) for one in row.spans]
        ran = clockwork.ran(spans, row.generation)
        if ran != row.elapsed_s:
            yield f"{_name(row)}: {row.elapsed_s} s have elapsed, its spans ran {ran} s."
        for fault in clockwork.faults(spans):
            yield f"{_name(row)}: {fault}."
        begun = row.running_since or row.still_since
        if begun is not None and spans and begun < spans[-1].end:
            yield f"{_name(row)}: the open span overlaps the one before."
        if (row.running_since is not None) != (row.state == Clock.State.RUNNING):
            yield f"{_name(row)} is {row.state}, but its open span says otherwise."
        if row.running_since is not None and row.still_since is not None:
            yield f"{_name(row)} runs and stands still."


def late_is_on_record() -> Iterator[str]:
    """I13: over the target at the end if and only if a breach is on record."""
    for row in _all():
        spans = [clockwork.Span.of(one) for one in row.spans]
        targets = [s.target_s for s in spans if s.generation == row.generation]
        least = min([row.target_s, *targets])
        late = row.breached_at is not None
        if row.elapsed_s > row.target_s and not late:
            yield f"{_name(row)} is over its target, and no breach is on record."
        if late and row.ended_at is not None and row.elapsed_s <= least:
            yield f"{_name(row)} has a breach on record and was never over a target."
        if row.state == Clock.State.STOPPED and row.met == late:
            yield f"{_name(row)} is {'met' if row.met else 'missed'}, its breach says otherwise."


def ladders_are_climbed() -> Iterator[str]:
    """I14: a rung is reached after all below it, each once in a generation."""
    for row in _all():
        if row.rungs != list(range(1, len(row.rungs) + 1)):
            yield f"{_name(row)}: rungs {row.rungs} of its ladder were reached."


def promises_follow_their_clock() -> Iterator[str]:
    """Q3: what is promised is when its clock ends; nothing while that stands still."""
    for row in _all(metric=Clock.Metric.PROMISE, state__in=("running", "paused")):
        wanted = row.due_at if row.state == Clock.State.RUNNING else None
        if row.request.promised_at != wanted:
            yield f"{_name(row)}: {row.request.promised_at} is promised, it ends {wanted}."


ALL = (
    ("I11", "Spans of clocks add up to what elapsed.", spans_add_up),
    ("I13", "A clock over its target has its breach on record.", late_is_on_record),
    ("I14", "Ladders are climbed rung by rung, once.", ladders_are_climbed),
    ("Q3", "What is promised moves with the clock of the promise.", promises_follow_their_clock),
)
