"""Opportunities from what shows them to the result that was verified.

Everybody raises one. The owner of its stream, or a steward, says what becomes of it; whose it is
says how far it is. The chain of each tells all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance.blueprint.kinds import ValueStream
from governance.models import ChangeProposal, Person
from governance.policies import Scope, require
from governance.selectors.critical import owned_streams
from governance.services import proposing
from valueflow.event_types import (
    ImprovementJudged,
    ImprovementMoved,
    ImprovementProposed,
    ImprovementRaised,
    ImprovementVerified,
)
from valueflow.locks import lock_improvement
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors import improvement_effect
from valueflow.selectors.improvement_evidence import evidence_of
from valueflow.selectors.problem_kinds import Problem
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.stream_problems import in_force
from valueflow.services.improvement_words import wording_of

State = ImprovementOpportunity.State
MAX_TITLE, MAX_TEXT, MAX_REASON = 200, 5000, 1000
MAX_DAYS, MAX_VOLUME = Decimal("999"), 1_000_000
# From here on it may still be said anew what it would bring.
JUDGED_IN = (State.PROPOSED, State.TRIAGED, State.ACCEPTED, State.PARKED)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What an opportunity would bring and take, and whose it is.

    ``days`` are business days saved a request, ``volume`` requests a quarter, ``effort`` 1 to 5.
    """

    days: Decimal
    volume: int
    effort: int
    kind: str
    owner: Person
    money: Decimal | None = None


def raise_opportunity(
    person: Person, stream: str, *, title: str, text: str = "", actor: Actor
) -> ImprovementOpportunity:
    """Say what could be better in a stream. Raises NotAllowed, NotFound, Invalid."""
    return _raise(person, stream, title, text, {}, None, actor)


def raise_from_problem(
    person: Person, found: Problem, scope: FlowScope, *, actor: Actor
) -> ImprovementOpportunity:
    """Make an opportunity of a problem, with the figures of the moment as its evidence.

    Raises NotAllowed, and Conflict where an open one is about it already.
    """
    kept = StreamProblem.objects.filter(key=found.key).first()
    evidence = evidence_of(found, scope)
    title = evidence["title"][:MAX_TITLE]
    return _raise(person, found.stream, title, found.advice, evidence, kept, actor)


def _raise(
    person: Person,
    stream: str,
    title: str,
    text: str,
    evidence: Mapping[str, Any],
    problem: StreamProblem | None,
    actor: Actor,
) -> ImprovementOpportunity:
    title, text = " ".join(title.replace("\x00", "").split()), _text(text, "text", MAX_TEXT)
    with transaction.atomic():
        require(actor, "improvement.raise", Scope(holder_id=person.pk))
        bp = in_force()
        if bp is None or bp.peek(ValueStream, stream) is None:
            raise NotFound("There is no such stream.")
        if not title or len(title) > MAX_TITLE:
            said = f"Say in at most {MAX_TITLE} characters what could be better."
            raise Invalid(said, {"title": [said]})
        key = str(evidence.get("key", ""))
        if key and (about := _about(key)):
            raise Conflict(f"{about} is about this already.")
        row = ImprovementOpportunity.objects.create(
            title=title,
            text=text,
            stream_key=stream,
            problem=problem,
            evidence=dict(evidence),
            raised_by=person,
            raised_at=clock.now(),
        )
        mark_locked(row)
        event = ImprovementRaised(
            improvement=row.ref,
            stream=stream,
            problem=key,
            person=person.ref,
            private={"title": title, "text": text} if text else {"title": title},
        )
        ledger.record(row, [event], actor=actor)
        return row


def _about(key: str) -> str:
    """The open opportunity about a problem, if there is one."""
    over = (State.VERIFIED, *ImprovementOpportunity.OVER)
    rows = ImprovementOpportunity.objects.filter(evidence__key=key).exclude(state__in=over)
    row = rows.order_by("pk").first()
    return row.ref if row is not None else ""


def judge(
    opportunity: ImprovementOpportunity, said: Judgement, *, actor: Actor
) -> ImprovementOpportunity:
    """Say what it would bring and take, and whose it is; one that was proposed is looked at then.

    Raises NotAllowed, InvalidState once it was begun, Invalid with all that is wrong.
    """
    with transaction.atomic():
        row = lock_improvement(opportunity.pk)
        _require(actor, "improvement.settle", row)
        if row.state not in JUDGED_IN:
            raise InvalidState(f"{row.ref} is {row.get_state_display()}.", allowed=[])
        _check(said)
        event = ImprovementJudged(
            improvement=row.ref,
            days=str(said.days),
            volume=said.volume,
            effort=said.effort,
            kind=said.kind,
            owner=said.owner.ref,
        )
        columns = {
            "days": said.days,
            "volume": said.volume,
            "effort": said.effort,
            "kind": said.kind,
            "owner_id": said.owner.pk,
            "money": said.money,
        }
        if row.state in (State.PROPOSED, State.PARKED):
            _move(row, State.TRIAGED, actor, {**columns, "reason": ""}, first=(event,))
        else:
            ledger.record(row, [event], actor=actor, columns=columns)
        return row


def _check(said: Judgement) -> None:
    errors: dict[str, list[str]] = {}
    if not 0 < said.days <= MAX_DAYS:
        errors["days"] = [f"Say how many business days a request would save, up to {MAX_DAYS}."]
    if not 0 < said.volume <= MAX_VOLUME:
        errors["volume"] = ["Say how many requests a quarter it concerns."]
    if not 1 <= said.effort <= 5:
        errors["effort"] = ["Choose from 1, done in days, to 5, a project of months."]
    if said.kind not in ChangeProposal.Kind.values:
        errors["kind"] = ["Choose what it is about most: people, process, technology, governance."]
    if said.money is not None and not 0 <= said.money < Decimal(10) ** 10:
        errors["money"] = ["Write an amount of the organisation's currency, or leave it empty."]
    if not said.owner.active:
        errors["owner"] = ["Choose somebody who works here."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def accept(opportunity: ImprovementOpportunity, *, actor: Actor) -> ImprovementOpportunity:
    """It shall be done. Raises NotAllowed, InvalidState before it was looked at."""
    return _go(opportunity, State.ACCEPTED, "improvement.settle", actor)


def start(opportunity: ImprovementOpportunity, *, actor: Actor) -> ImprovementOpportunity:
    """Somebody is at it: before ends here. Raises NotAllowed, InvalidState."""
    return _go(opportunity, State.IN_PROGRESS, "improvement.work", actor, "started_at")


def implement(opportunity: ImprovementOpportunity, *, actor: Actor) -> ImprovementOpportunity:
    """It is done: after begins here. Raises NotAllowed, InvalidState."""
    return _go(opportunity, State.IMPLEMENTED, "improvement.work", actor, "implemented_at")


def verify(opportunity: ImprovementOpportunity, *, actor: Actor) -> ImprovementOpportunity:
    """Hold before and after against each other; what came of it is kept with its figures.

    Raises NotAllowed, and InvalidState before enough was sent since to be compared.
    """
    with transaction.atomic():
        row = lock_improvement(opportunity.pk)
        _require(actor, "improvement.settle", row)
        _must_go(row, State.VERIFIED)
        found = improvement_effect.compared(row)
        if found is None:
            raise InvalidState(
                "Too little was finished since it was done to compare before and after;"
                f" look again when {improvement_effect.ENOUGH} requests were.",
                allowed=[],
            )
        now = clock.now()
        event = ImprovementVerified(improvement=row.ref, verdict=str(found["verdict"]))
        columns = {"result": found, "verified_at": now}
        _move(row, State.VERIFIED, actor, columns, first=(event,))
        return row


def close(opportunity: ImprovementOpportunity, *, actor: Actor) -> ImprovementOpportunity:
    """Nothing is left to do. Raises NotAllowed, InvalidState before it was verified."""
    return _go(opportunity, State.CLOSED, "improvement.settle", actor, "ended_at")


def park(
    opportunity: ImprovementOpportunity, *, reason: str, actor: Actor
) -> ImprovementOpportunity:
    """Not now, and why. Raises NotAllowed, InvalidState, Invalid without a reason."""
    return _stop(opportunity, State.PARKED, reason, actor)


def reject(
    opportunity: ImprovementOpportunity, *, reason: str, actor: Actor
) -> ImprovementOpportunity:
    """Not at all, and why; who raised it reads it. Raises NotAllowed, InvalidState, Invalid."""
    return _stop(opportunity, State.REJECTED, reason, actor)


def _stop(
    opportunity: ImprovementOpportunity, to: ImprovementOpportunity.State, reason: str, actor: Actor
) -> ImprovementOpportunity:
    reason = _text(reason, "reason", MAX_REASON)
    with transaction.atomic():
        row = lock_improvement(opportunity.pk)
        _require(actor, "improvement.settle", row)
        _must_go(row, to)
        if not reason:
            said = "Say why; who raised it reads it."
            raise Invalid(said, {"reason": [said]})
        ended = clock.now() if to == State.REJECTED else None
        _move(row, to, actor, {"reason": reason, "ended_at": ended}, private={"reason": reason})
        return row


def propose_change(
    opportunity: ImprovementOpportunity, person: Person, *, actor: Actor
) -> ChangeProposal:
    """Begin a proposal of a change of the model that says what the opportunity says.

    Raises NotAllowed, InvalidState where there is one already or it is over.
    """
    with transaction.atomic():
        row = lock_improvement(opportunity.pk)
        _require(actor, "improvement.work", row)
        if row.proposal is not None or row.state in ImprovementOpportunity.OVER:
            said = f"{row.proposal.ref} came of it already." if row.proposal else "It is over."
            raise InvalidState(said, allowed=[])
        proposal = proposing.write_proposal(person, wording_of(row), actor=actor)
        row.proposal = proposal
        event = ImprovementProposed(improvement=row.ref, proposal=proposal.ref)
        ledger.record(row, [event], actor=actor, columns={"proposal_id": proposal.pk})
        return proposal


def _go(
    opportunity: ImprovementOpportunity,
    to: ImprovementOpportunity.State,
    action: str,
    actor: Actor,
    moment: str = "",
) -> ImprovementOpportunity:
    with transaction.atomic():
        row = lock_improvement(opportunity.pk)
        _require(actor, action, row)
        _must_go(row, to)
        _move(row, to, actor, {moment: clock.now()} if moment else {})
        return row


def _must_go(row: ImprovementOpportunity, to: ImprovementOpportunity.State) -> None:
    if (row.state, to) not in ImprovementOpportunity.MOVES:
        ways = [State(end).label for start, end in row.MOVES if start == row.state]
        raise InvalidState(
            f"{row.ref} is {row.get_state_display()}, so it cannot be {to.label} now.", allowed=ways
        )


def _require(actor: Actor, action: str, row: ImprovementOpportunity) -> None:
    """The owner of the stream counts as the holder; for the work also whose it is."""
    person = Person.objects.filter(pk=actor.person_id or 0).first()
    owns = row.stream_key in owned_streams(person, in_force())
    mine = action == "improvement.work" and person is not None and row.owner_id == person.pk
    require(actor, action, Scope(holder_id=person.pk if person and (owns or mine) else 0))


def _move(
    row: ImprovementOpportunity,
    to: ImprovementOpportunity.State,
    actor: Actor,
    columns: Mapping[str, Any],
    *,
    first: tuple[Any, ...] = (),
    private: Mapping[str, str] | None = None,
) -> None:
    former, row.state = row.state, to
    for name, value in columns.items():
        setattr(row, name, value)
    event = ImprovementMoved(
        improvement=row.ref, former=former, state=to, private=dict(private or {})
    )
    ledger.record(row, [*first, event], actor=actor, columns={**columns, "state": to})


def _text(text: str, name: str, most: int) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > most:
        said = f"Say it in at most {most:,} characters."
        raise Invalid(said, {name: [said]})
    return text
