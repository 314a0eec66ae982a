"""What must always hold between the ledger, the stored rows and attributed time."""

from collections.abc import Iterator

from esm.common import clock
from valueflow.engine.attribution import attribute, whole_seconds
from valueflow.engine.fold import clock_states, handoff_states, visit_states
from valueflow.engine.records import Case
from valueflow.services import rollups
from valueflow.services.project import cases_of
from workflows.models import Clock, Handoff, Request, StageVisit


def _cases() -> Iterator[tuple[Request, Case]]:
    rows = Request.objects.order_by("pk")
    known: dict[int, Request] = {row.pk: row for row in rows}
    for pk, case in cases_of(list(known)):
        yield known[pk], case


def state_is_the_fold_of_events() -> Iterator[str]:
    """I3: replaying a request's events gives the stored states."""
    stored = [
        ("visit", visit_states, StageVisit),
        ("handoff", handoff_states, Handoff),
        ("clock", clock_states, Clock),
    ]
    rows: dict[str, dict[int, dict[int, str]]] = {}
    for name, _, model in stored:
        table: dict[int, dict[int, str]] = {}
        for request_id, seq, state in model._default_manager.values_list(
            "request_id", "seq", "state"
        ):
            table.setdefault(request_id, {})[seq] = state
        rows[name] = table
    for request, case in _cases():
        for name, states, _ in stored:
            if states(case) != rows[name].get(request.pk, {}):
                yield f"{request.ref}: the {name} rows are not what its events say."


def spans_fill_the_lead_time() -> Iterator[str]:
    """I8: the spans of a request add up to its lead time, without holes or overlaps."""
    now = clock.now()
    for request, case in _cases():
        found = attribute(case, now)
        if sum(span.seconds for span in found.line) != found.lead_s:
            yield f"{request.ref}: its spans do not add up to the lead time."
        for before, after in zip(found.line, found.line[1:], strict=False):
            if whole_seconds(before.end) > whole_seconds(after.start):
                yield f"{request.ref}: two spans overlap at {after.start}."
                break


def counts_are_those_of_the_facts() -> Iterator[str]:
    """M15: what was counted beforehand equals what the facts say."""
    yield from rollups.differences()
