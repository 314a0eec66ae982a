"""Finds again who decides what is open: holders leave, are away, come back; contents change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.db import transaction

from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from esm.events.chains import ChainParent
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance import registries
from governance.blueprint import kinds
from governance.event_types import DecisionReassigned, DecisionVoided
from governance.event_types.votes import DecisionRoundVoided
from governance.locks import lock_decision, lock_open_decisions
from governance.models import Decision, Seat
from governance.selectors import resolving, voting
from governance.selectors.resolving import Answer
from governance.selectors.stale import stale_decisions
from governance.selectors.versions import blueprint
from governance.services import concluding, opinions
from governance.services.concluding import Taken
from governance.services.holding import Held, answer_held, holding
from governance.services.seating import Terms, assign, seat, seated_event, terms
from governance.services.subject_content import (
    Emit,
    amount_text,
    hash_of,
    subject_of,
    tell,
    values,
)


def reassign(decision_id: int, *, actor: Actor = SYSTEM) -> Decision | None:
    """Find again who decides an open decision; None when nothing changed.

    For when its decider left, is away, or came back. What a right allows beforehand is approved
    under that right, without anybody. Votes of several are counted among those who may vote now,
    who stay so until this commits. Raises NotFound, Conflict.
    """
    return holding(lambda held: _reassign(decision_id, held, actor))


def _reassign(decision_id: int, held: Held, actor: Actor) -> Decision | None:
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        if decision.state != Decision.State.OPEN:
            return None
        content = subject.content(parent) if subject.content else None
        same = content is None or hash_of(content) == bytes(decision.content_hash)
        answer = answer_held(decision, values(content), held)
        if answer.resolution.pre_authorised:
            return _allow(subject, parent, decision, answer) if same else None
        old = _State.of(decision)
        assign(decision, answer)
        began = decision.round
        events = _settle(decision, answer, old)
        if decision.round != began:
            opinions.ask_again(decision)
        events += opinions.ask(decision, answer)
        if not decision.together and not events:
            return None
        done = voting.tally_of(decision, answer) if same and decision.together else None
        outcome = done.outcome if done is not None else None
        if done is not None and outcome and not opinions.lacking(decision, answer, outcome):
            taken = concluding.taken_together(decision, done)
            concluding.conclude(
                subject,
                parent,
                decision,
                taken,
                at=answer.at,
                actor=SYSTEM,
                first=events,
                moved=True,
            )
            return decision
        decision.save()
        if not events:
            return None
        ledger.record(parent, events, actor=actor)
        registries.refresh_visibility(parent._meta.label_lower, [parent.pk])
        return decision


@dataclass(frozen=True)
class _State:
    """Whose a decision was before it was looked at again."""

    terms: Terms
    whose: tuple[int | None, str, int | None]
    seated: frozenset[int]

    @classmethod
    def of(cls, decision: Decision) -> Self:
        seats = Seat.objects.filter(decision=decision) if decision.together else Seat.objects.none()
        whose = (decision.decider_id, decision.role_key, decision.delegation_id)
        return cls(terms(decision), whose, frozenset(seats.values_list("person_id", flat=True)))


def _settle(decision: Decision, answer: Answer, old: _State) -> list[DomainEvent]:
    """Seats after a look at who decides; a new round where votes were cast under another right.

    The events of what changed, none where nothing did.
    """
    events: list[DomainEvent] = []
    now = terms(decision)
    was_together = old.terms[2] != "single"
    if now != old.terms and was_together and voting.live_votes(decision).exists():
        events.append(_new_round(decision, "right"))
    added = seat(decision, answer) if decision.together or was_together else []
    if decision.together:
        if now != old.terms or old.seated != {one.person.pk for one in answer.seats}:
            events.append(seated_event(decision, answer, added))
    elif old.whose != (decision.decider_id, decision.role_key, decision.delegation_id):
        events.append(
            DecisionReassigned(
                decision=decision.seq,
                decider=decision.decider.ref if decision.decider else "",
                role=decision.role_key,
            )
        )
    return events


def _new_round(decision: Decision, why: str) -> DomainEvent:
    votes = voting.live_votes(decision).count()
    decision.round += 1
    decision.round_began_at = clock.now()
    decision.deferred_until = None
    Seat.objects.filter(decision=decision).update(voted_at=None)
    return DecisionRoundVoided(
        decision=decision.seq,
        round=decision.round,
        why=why,
        votes=votes,
        amount=amount_text(decision.amount),
    )


def _allow(
    subject: registries.Subject, parent: ChainParent, decision: Decision, answer: Answer
) -> Decision:
    assign(decision, answer)
    taken = Taken(outcome=Decision.Outcome.APPROVE)
    concluding.conclude(subject, parent, decision, taken, at=answer.at, actor=SYSTEM)
    return decision


def renew_open(
    *,
    parent: ChainParent,
    subject_kind: str,
    amount: Decimal | None,
    actor: Actor = SYSTEM,
    emit: Emit | None = None,
) -> list[Decision]:
    """What is decided on has changed: the round of each open decision on a locked subject is void.

    Votes stay on record and count no more; who decides is found again for the amount of now.
    Returns those that began a new round.
    """
    subject = registries.subject(subject_kind)
    content: Mapping[str, Any] = subject.content(parent) if subject.content else {}
    renewed = []
    with transaction.atomic():
        for decision in lock_open_decisions(subject_kind, parent.pk):
            new = hash_of(content)
            if new == bytes(decision.content_hash):
                continue
            spec = blueprint(decision.version).get(kinds.DecisionType, decision.type_key)
            decision.content_hash, decision.amount = new, amount
            decision.party = resolving.party_of(spec, values(content))
            events = [_new_round(decision, "content")]
            answer = resolving.answer_for(decision, values(content))
            old = _State.of(decision)
            assign(decision, answer)
            events += _settle(decision, answer, old)
            decision.save()
            opinions.ask_again(decision)
            events += opinions.ask(decision, answer)
            tell(parent, events, actor=actor, emit=emit)
            renewed.append(decision)
    return renewed


def sweep_reassign(limit: int = 200) -> list[Decision]:
    """Reassign open decisions whose decider can no longer act; one query when there are none."""
    done = [reassign(pk) for pk in stale_decisions(clock.now(), limit)]
    return [decision for decision in done if decision is not None]


def move_due(subject_kind: str, due: Mapping[tuple[int, int], datetime | None]) -> int:
    """Open decisions of locked subjects are due at other moments; how many moved.

    ``due`` is by (subject, number of the decision). Why is on record with what moved it.
    """
    ids = {subject for subject, _seq in due}
    rows = Decision.objects.filter(
        subject_kind=subject_kind, subject_id__in=ids, state=Decision.State.OPEN
    )
    moved = []
    for row in rows.only("subject_id", "seq", "due_at").order_by("pk"):
        wanted = due.get((row.subject_id, row.seq), row.due_at)
        if wanted != row.due_at:
            row.due_at = wanted
            moved.append(row)
    if moved:
        Decision.objects.bulk_update(moved, ["due_at"])
    return len(moved)


def void_open(
    *,
    parent: ChainParent,
    subject_kind: str,
    actor: Actor = SYSTEM,
    emit: Emit | None = None,
    only: Collection[int] | None = None,
) -> int:
    """Close the open decisions of a locked subject that needs none any more; how many.

    ``only`` names those that are meant by their numbers.
    """
    with transaction.atomic():
        rows = lock_open_decisions(subject_kind, parent.pk)
        rows = [row for row in rows if only is None or row.seq in only]
        for decision in rows:
            decision.state = Decision.State.VOID
            decision.save(update_fields=["state"])
            tell(parent, [DecisionVoided(decision=decision.seq)], actor=actor, emit=emit)
        return len(rows)
