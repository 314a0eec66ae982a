"""After fulfilment: reopen what is not right, close what nobody spoke of, say how it went."""

from collections.abc import Sequence

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger, quarantine
from esm.events.services.quarantine import Swept
from esm.events.services.skew import guard
from governance import policies
from workflows import locks
from workflows.engine import tokens
from workflows.event_types import RequestClosed, RequestReopened
from workflows.event_types.following import PulseGiven
from workflows.models import Pulse, Request, StageVisit
from workflows.selectors.scopes import scope_of
from workflows.services import clocks, entering
from workflows.services.case import Case

SWEEP, BATCH = "closing", 200
SCORES = range(1, 6)


@transaction.atomic
def reopen(request_id: int, *, reason: str, actor: Actor) -> Request:
    """Send fulfilled work back to the team that finished last, within the time the model gives.

    It counts as rework. The promise's clock goes on from what it had counted, or starts anew where
    the model says so; the time in between counts for nobody.
    """
    if not reason.strip():
        raise Invalid("Say what is not right.", {"reason": ["Say what is not right."]})
    case = Case.open(request_id, actor)
    policies.require(actor, "request.reopen", scope_of(case.request))
    if case.request.state != Request.State.FULFILLED:
        raise InvalidState("Only a fulfilled request can be reopened.", allowed=[])
    if case.request.closes_at is not None and case.now > case.request.closes_at:
        raise InvalidState("The time to reopen this has passed; please ask again.", allowed=[])
    before = _finished_last(case)
    step = tokens.reopen(case.graph, case.request.marking, before.stage_key)
    case.change(
        state=Request.State.IN_PROGRESS,
        is_open=True,
        fulfilled_at=None,
        closes_at=None,
        reopened=case.request.reopened + 1,
    )
    case.note(RequestReopened(private={"reason": reason.strip()}))
    _run_promise_again(case)
    (visit,) = entering.enter(case, step, entering.arrivals(case, step, None), rework=True)
    if before.holder_id is not None and visit.state == StageVisit.State.QUEUED:
        StageVisit.objects.filter(pk=visit.pk).update(holder_id=before.holder_id)
    case.save()
    return case.request


def _finished_last(case: Case) -> StageVisit:
    """The visit that was done last: of a step somebody works at, where there is one."""
    done = locks.last_done(case.request)
    kinds = {key: node.kind for key, node in case.graph.nodes.items()}
    worked = [visit for visit in done if kinds.get(visit.stage_key) == "work"]
    if not done:
        raise InvalidState("No step of this request was done; please ask again.", allowed=[])
    return (worked or done)[0]


def _run_promise_again(case: Case) -> None:
    promise = locks.promise_of(case.request)
    if promise is not None:
        if clocks.policy_for(case.blueprint, promise).on_reopen == "restart":
            clocks.reset(case, promise)
        else:
            clocks.run_again(case, promise)


def close_silent(limit: int = BATCH) -> int:
    """Close what was fulfilled and neither confirmed nor reopened in time; how many."""
    guard()
    closed, after = quarantine.recover(SWEEP, _close), 0
    while True:
        now = clock.now().replace(microsecond=0)
        rows = Request.objects.filter(state=Request.State.FULFILLED, closes_at__lt=now)
        rows = rows.filter(pk__gt=after).exclude(pk__in=quarantine.taken(SWEEP)).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:limit])
        if not ids:
            return closed
        closed += quarantine.batch(SWEEP, ids, _close).effects
        after = ids[-1]


def _close(ids: Sequence[int]) -> Swept:
    """One statement for all that nobody works on at this moment; the rest waits for the next."""
    now = clock.now().replace(microsecond=0)
    held = locks.requests_skipping(ids)
    rows = [
        row
        for row in held
        if row.state == Request.State.FULFILLED and row.closes_at and row.closes_at < now
    ]
    columns = {"state": Request.State.CLOSED, "closed_at": now, "closes_at": None}
    ledger.record_many(
        [ledger.Entry(row, [RequestClosed()], now, columns) for row in rows], actor=SYSTEM
    )
    return Swept(len(rows), len(held))


def leave_open(ids: Sequence[int]) -> None:
    """Requests that cannot be closed stay fulfilled until somebody closes them."""
    Request.objects.filter(pk__in=ids, state=Request.State.FULFILLED).update(closes_at=None)


@transaction.atomic
def answer_pulse(
    request_id: int, *, score: int, word: str = "", comment: str = "", actor: Actor
) -> Pulse:
    """Say once how a closed request went: 1 to 5, a word, a comment."""
    if score not in SCORES:
        raise Invalid("Choose one of five.", {"score": ["Choose one of five."]})
    if len(word.strip()) > 40:
        raise Invalid("One word is enough.", {"word": ["At most 40 characters."]})
    if len(comment) > 4000:
        raise Invalid("That is too long.", {"comment": ["At most 4,000 characters."]})
    case = Case.open(request_id, actor)
    policies.require(actor, "pulse.answer", scope_of(case.request))
    if case.request.state != Request.State.CLOSED:
        raise InvalidState("Say how it went once the request is closed.", allowed=[])
    if Pulse.objects.filter(request=case.request).exists():
        raise Conflict("You answered this already.")
    row = Pulse.objects.create(
        request=case.request,
        person_id=case.request.requester_id,
        score=score,
        word=word.strip(),
        comment=comment.strip(),
        created_at=case.now,
    )
    private = {"score": str(score), "word": row.word, "comment": row.comment}
    case.note(PulseGiven(private={key: text for key, text in private.items() if text}))
    case.save()
    return row
