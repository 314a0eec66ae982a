"""Opens decisions on locked subjects: the question, whose it is, by when and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from esm.events.chains import ChainParent
from esm.events.types import DomainEvent, moment_text
from governance.blueprint import kinds
from governance.event_types import DecisionOpened
from governance.event_types.votes import DecisionReversalOpened
from governance.models import Decision, ModelVersion, Person, Team
from governance.selectors import resolving
from governance.selectors.resolving import Answer
from governance.selectors.versions import blueprint
from governance.services import opinions, subject_content
from governance.services.seating import assign, seat, seated_event
from governance.services.subject_content import Emit, amount_text


def open_decision(
    *,
    parent: ChainParent,
    subject_kind: str,
    subject_id: int,
    subject_ref: str,
    seq: int,
    decision_type: str,
    amount: Decimal | None,
    currency: str,
    department_key: str,
    service_key: str,
    version: ModelVersion,
    requester: Person,
    beneficiary: Person | None = None,
    content: Mapping[str, Any],
    team: Team | None,
    due_at: datetime | None,
    actor: Actor = SYSTEM,
    visit: int | None = None,
    latency_s: int | None = None,
    calendar: str = "",
    emit: Emit | None = None,
) -> Decision:
    """Open a question on a locked subject and find who decides it, with the trace of why.

    ``content`` is what is decided on, unless the subject's kind registered how to read it. The
    event goes to ``emit`` when given (the caller records it with its own), else onto the parent.
    Raises UnknownElement for a type that ``version`` does not have.
    """
    with transaction.atomic():
        type_spec = blueprint(version).get(kinds.DecisionType, decision_type)
        decision = Decision(
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_ref=subject_ref,
            seq=seq,
            type_key=decision_type,
            question=type_spec.question,
            amount=amount,
            currency=currency or type_spec.currency or "",
            department_key=department_key,
            service_key=service_key,
            version=version,
            requester=requester,
            beneficiary=beneficiary,
            content_hash=subject_content.hash_at(subject_kind, parent, content),
            opened_at=clock.now(),
            due_at=due_at,
            team=team,
        )
        answer = _found(decision, type_spec, subject_content.values(content))
        assign(decision, answer)
        decision.save(force_insert=True)
        latency = type_spec.latency_s if latency_s is None else latency_s
        events = [_opened(decision, visit, latency, calendar), *_beside(decision, answer)]
        subject_content.tell(parent, events, actor=actor, emit=emit)
        return decision


def open_reversal(
    first: Decision,
    *,
    parent: ChainParent,
    seq: int,
    reason: str,
    due_at: datetime | None,
    calendar: str,
    actor: Actor = SYSTEM,
    emit: Emit | None = None,
) -> Decision:
    """Ask on a locked subject whether a decision taken before is taken back.

    The same type of decision under the same version; who decides it is found anew.
    """
    with transaction.atomic():
        type_spec = blueprint(first.version).get(kinds.DecisionType, first.type_key)
        content = subject_content.read(first.subject_kind, parent, {})
        decision = Decision(
            subject_kind=first.subject_kind,
            subject_id=first.subject_id,
            subject_ref=first.subject_ref,
            seq=seq,
            type_key=first.type_key,
            question=first.question,
            amount=first.amount,
            currency=first.currency,
            department_key=first.department_key,
            service_key=first.service_key,
            version=first.version,
            requester=first.requester,
            beneficiary=first.beneficiary,
            content_hash=subject_content.hash_of(content),
            opened_at=clock.now(),
            due_at=due_at,
            team=first.team,
            reverses=first,
            asked_because=reason,
        )
        answer = _found(decision, type_spec, subject_content.values(content))
        assign(decision, answer)
        decision.save(force_insert=True)
        opened = _opened(decision, None, type_spec.latency_s, calendar)
        events = [opened, *_beside(decision, answer)]
        subject_content.tell(parent, events, actor=actor, emit=emit)
        return decision


def _found(decision: Decision, spec: kinds.DecisionType, values: Mapping[str, Any]) -> Answer:
    decision.party = resolving.party_of(spec, values)
    return resolving.answer_for(decision, values)


def _beside(decision: Decision, answer: Answer) -> Iterator[DomainEvent]:
    yield from opinions.ask(decision, answer)
    if decision.together:
        yield seated_event(decision, answer, seat(decision, answer))
    if decision.reverses is not None:
        yield DecisionReversalOpened(
            decision=decision.seq,
            reverses=decision.reverses.seq,
            private={"reason": decision.asked_because},
        )


def _opened(decision: Decision, visit: int | None, latency_s: int, calendar: str) -> DomainEvent:
    return DecisionOpened(
        decision=decision.seq,
        type=decision.type_key,
        visit=visit,
        amount=amount_text(decision.amount),
        currency=decision.currency,
        right=decision.right_key,
        band_min=amount_text(decision.band_min),
        band_max=amount_text(decision.band_max),
        role=decision.role_key,
        decider=decision.decider.ref if decision.decider else "",
        due_at=moment_text(decision.due_at) if decision.due_at else None,
        latency_s=latency_s,
        calendar=calendar,
        version=decision.version.code,
    )
