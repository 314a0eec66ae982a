"""Opens decisions and takes them: the rules pinned to the subject, the holders of the moment.

Order of locks: the subject first, through the lock its app registered, then the decision. Who may
decide is found again when somebody acts, so a holder who left an hour ago cannot, and their
successor can. A decided row never changes again; it is reversed by a new decision only.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM, Actor
from esm.events.chains import ChainParent
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text, plain
from governance import registries
from governance.blueprint import kinds
from governance.blueprint.serialise import content_hash
from governance.event_types import (
    DecisionDecided,
    DecisionOpened,
    DecisionReassigned,
    DecisionVoided,
)
from governance.locks import hold_persons, lock_decision, lock_open_decisions
from governance.models import Decision, ModelVersion, Person, Team
from governance.policies import RoleFacts, Scope, judge
from governance.selectors import resolving
from governance.selectors.decisions import stale_decisions
from governance.selectors.resolving import Answer
from governance.selectors.versions import blueprint
from governance.services import delegations

Emit = Callable[[DomainEvent], None]
Outcome = Decision.Outcome
NEEDS_REASON = {
    Outcome.DECLINE: "Say why you decline; the requester reads it.",
    Outcome.REFER_BACK: "Say what is missing; whoever takes it back reads it.",
}
MAX_RATIONALE = 10_000


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _hash_of(content: Mapping[str, Any]) -> bytes:
    return content_hash(plain(content))


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
            content_hash=_hash_of(_content(subject_kind, parent, content)),
            opened_at=clock.now(),
            due_at=due_at,
            team=team,
        )
        values = _values(content)
        decision.party = resolving.party_of(type_spec, values)
        answer = resolving.answer_for(decision, values)
        _assign(decision, answer)
        decision.save(force_insert=True)
        latency = type_spec.latency_s if latency_s is None else latency_s
        event = _opened(decision, visit=visit, latency_s=latency, calendar=calendar)
        _tell(parent, event, actor, emit)
        return decision


def _opened(
    decision: Decision, *, visit: int | None, latency_s: int, calendar: str
) -> DecisionOpened:
    return DecisionOpened(
        decision=decision.seq,
        type=decision.type_key,
        visit=visit,
        amount=_text(decision.amount),
        currency=decision.currency,
        right=decision.right_key,
        band_min=_text(decision.band_min),
        band_max=_text(decision.band_max),
        role=decision.role_key,
        decider=decision.decider.ref if decision.decider else "",
        due_at=moment_text(decision.due_at) if decision.due_at else None,
        latency_s=latency_s,
        calendar=calendar,
        version=decision.version.code,
    )


def _content(
    subject_kind: str, parent: ChainParent, content: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What is decided on, read the same way when it is opened and when it is decided."""
    try:
        read = registries.subject(subject_kind).content
    except KeyError:
        return content
    return content if read is None else read(parent)


def _assign(decision: Decision, answer: Answer) -> None:
    found = answer.resolution
    decision.right_key = found.right_key or ""
    decision.role_key = _role_of(answer)
    decision.band_min, decision.band_max = found.band
    decision.decider = answer.decider
    decision.stands_in_for = answer.stands_in_for
    decision.delegation_id = answer.delegation_id
    decision.trace = answer.trace


def _role_of(answer: Answer) -> str:
    acting = answer.resolution.decider
    return (acting.role if acting else answer.resolution.role) or ""


def _tell(parent: ChainParent, event: DomainEvent, actor: Actor, emit: Emit | None) -> None:
    if emit is not None:
        emit(event)
    else:
        ledger.record(parent, [event], actor=actor)


def _subject_of(decision_id: int) -> tuple[registries.Subject, int]:
    row = Decision.objects.filter(pk=decision_id).values("subject_kind", "subject_id").first()
    if row is None:
        raise NotFound("There is no such decision.")
    return registries.subject(row["subject_kind"]), row["subject_id"]


def decide(decision_id: int, *, outcome: str, rationale: str = "", actor: Actor) -> Decision:
    """Take a decision; the subject moves in the same transaction.

    Raises NotAllowed unless the actor is who the pinned rules name at this moment, InvalidState
    when it is no longer open, Invalid for an unknown outcome or a missing reason, Conflict when
    what is decided on has changed since it was opened.
    """
    rationale = rationale.strip()
    subject, subject_id = _subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        content = subject.content(parent) if subject.content else None
        answer = _answer_held(decision, _values(content), actor)
        _must_be_theirs(decision, answer, actor)
        _must_be_open(decision)
        _must_be_one(answer)
        _must_have_reason(outcome, rationale)
        if content is not None and _hash_of(content) != bytes(decision.content_hash):
            raise Conflict("What is decided on has changed meanwhile; read it again.")
        moved = answer.decider_id != decision.decider_id
        _assign(decision, answer)
        decision.state = Decision.State.DECIDED
        decision.outcome, decision.rationale = outcome, rationale
        decision.decided_at, decision.decided_by = clock.now(), answer.decider
        decision.save()
        acting = _acting(actor, answer)
        event = DecisionDecided(
            decision=decision.seq,
            outcome=outcome,
            role=decision.role_key,
            right=decision.right_key,
            decider=acting.ref,
            private={"rationale": rationale} if rationale else {},
        )
        ledger.record(parent, [event, *delegations.used(decision)], actor=acting)
        subject.on_decided(parent, decision, actor=acting)
        if moved:
            registries.refresh_visibility(parent._meta.label_lower, [parent.pk])
        return decision


def _answer_held(decision: Decision, values: Mapping[str, Any], actor: Actor) -> Answer:
    """Who decides, from what stays as it is until this commits: roles, absences, delegations."""
    held = hold_persons(
        pk for pk in (actor.person_id, decision.decider_id, decision.stands_in_for_id) if pk
    )
    answer = resolving.answer_for(decision, values)
    behind = answer.stands_in_for
    if answer.decider_id == actor.person_id and behind is not None and behind.pk not in held:
        hold_persons([behind.pk])
        answer = resolving.answer_for(decision, values)
    return answer


def _values(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    values = (content or {}).get("data")
    return values if isinstance(values, Mapping) else {}


def _acting(actor: Actor, answer: Answer) -> Actor:
    """Somebody decides in the role that holds the right, whatever they are otherwise."""
    role = _role_of(answer)
    behalf = answer.stands_in_for.ref if answer.stands_in_for else actor.on_behalf_of
    return replace(actor, role=role, role_name=answer.role_name, on_behalf_of=behalf)


def _must_be_theirs(decision: Decision, answer: Answer, actor: Actor) -> None:
    excluded = answer.requester_excluded
    scope = Scope(
        requester_id=decision.requester_id if excluded else 0,
        beneficiary_id=(decision.beneficiary_id or 0) if excluded else 0,
        holder_id=answer.decider_id or 0,
    )
    refs = {person.ref for person in (decision.requester, decision.beneficiary) if person}
    if excluded and actor.on_behalf_of in refs:
        raise NotAllowed(
            "You act for the person who asked for this, so somebody else decides.",
            code="decision-decide",
        )
    verdict = judge(actor, "decision.decide", scope, RoleFacts())
    if verdict.ok:
        return
    reason = verdict.reason
    asked = excluded and actor.person_id in (decision.requester_id, decision.beneficiary_id)
    if actor.kind == "person" and answer.decider is not None and not asked:
        reason = f"{answer.decider.name} decides this, as {answer.role_name}; you do not."
    raise NotAllowed(reason, code="decision-decide")


def _must_be_open(decision: Decision) -> None:
    if decision.state == Decision.State.DECIDED:
        raise InvalidState(
            f"This was decided already: {decision.get_outcome_display()}.", allowed=[]
        )
    if decision.state != Decision.State.OPEN:
        raise InvalidState("This decision is no longer needed.", allowed=[])


def _must_be_one(answer: Answer) -> None:
    found = answer.resolution
    if found.rule != "single":
        raise InvalidState(
            f"{len(found.deciders)} people decide this together, {found.needed} of them say yes;"
            " no vote of several can be taken here yet. Give the right to one role.",
            allowed=[],
        )


def _must_have_reason(outcome: str, rationale: str) -> None:
    if outcome not in Outcome.values:
        raise Invalid("Choose one of the outcomes.", {"outcome": ["Choose one of the outcomes."]})
    missing = NEEDS_REASON.get(Outcome(outcome))
    if missing is not None and not rationale:
        raise Invalid(missing, {"rationale": [missing]})
    if len(rationale) > MAX_RATIONALE:
        sentence = f"At most {MAX_RATIONALE:,} characters; this has {len(rationale):,}."
        raise Invalid(sentence, {"rationale": [sentence]})


def reassign(decision_id: int, *, actor: Actor = SYSTEM) -> Decision | None:
    """Find again who decides an open decision; None when nothing changed.

    For when its decider left, is away, or came back. What a right allows beforehand is approved
    under that right, without anybody. Raises NotFound.
    """
    subject, subject_id = _subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        if decision.state != Decision.State.OPEN:
            return None
        content = subject.content(parent) if subject.content else None
        answer = resolving.answer_for(decision, _values(content))
        if answer.resolution.pre_authorised:
            return _allow(subject, parent, decision, answer, content)
        found = (answer.decider_id, _role_of(answer), answer.delegation_id)
        if found == (decision.decider_id, decision.role_key, decision.delegation_id):
            return None
        _assign(decision, answer)
        decision.save()
        event = DecisionReassigned(
            decision=decision.seq,
            decider=decision.decider.ref if decision.decider else "",
            role=decision.role_key,
        )
        ledger.record(parent, [event], actor=actor)
        registries.refresh_visibility(parent._meta.label_lower, [parent.pk])
        return decision


def _allow(
    subject: registries.Subject,
    parent: ChainParent,
    decision: Decision,
    answer: Answer,
    content: Mapping[str, Any] | None,
) -> Decision | None:
    if content is not None and _hash_of(content) != bytes(decision.content_hash):
        return None
    _assign(decision, answer)
    decision.state, decision.outcome = Decision.State.DECIDED, Outcome.APPROVE
    decision.decided_at = clock.now()
    decision.save()
    event = DecisionDecided(
        decision=decision.seq,
        outcome=decision.outcome,
        role=decision.role_key,
        right=decision.right_key,
        decider="",
    )
    ledger.record(parent, [event], actor=SYSTEM)
    subject.on_decided(parent, decision, actor=SYSTEM)
    return decision


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
) -> int:
    """Close the open decisions of a locked subject that needs none any more; how many."""
    with transaction.atomic():
        rows = lock_open_decisions(subject_kind, parent.pk)
        for decision in rows:
            decision.state = Decision.State.VOID
            decision.save(update_fields=["state"])
            _tell(parent, DecisionVoided(decision=decision.seq), actor, emit)
        return len(rows)
