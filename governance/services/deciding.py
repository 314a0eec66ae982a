"""Votes on decisions: the rules pinned to the subject, the holders of the moment.

Order of locks: the subject first, through the lock its app registered, then the decision, then
every person and role the resolver looked at, so that nobody gains or loses the right before this
commits. Who may vote is found again when somebody acts, so a holder who left an hour ago cannot,
and their successor can. One vote decides where one person does; else it is counted by the rule.
A decided row never changes again; it is reversed by a new decision only.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text
from governance import registries
from governance.event_types.votes import (
    DecisionDeferred,
    DecisionVoted,
    DecisionVoteWithdrawn,
)
from governance.locks import lock_decision
from governance.models import Decision, Seat, Vote
from governance.policies import RoleFacts, Scope, judge
from governance.selectors import voting
from governance.selectors.resolving import Answer, Seated
from governance.services import concluding, delegations, opinions
from governance.services.concluding import Taken
from governance.services.controls import hold_decision, on_record
from governance.services.holding import Held, answer_held, holding
from governance.services.seating import assign, seat, terms
from governance.services.subject_content import hash_of, subject_of, values

Outcome = Decision.Outcome
NEEDS_REASON = {
    Outcome.DECLINE: "Say why you decline; the requester reads it.",
    Outcome.REFER_BACK: "Say what is missing; whoever takes it back reads it.",
}
MAX_RATIONALE = 10_000
CHANGED = "What is decided on has changed meanwhile; read it again."


@on_record
def decide(
    decision_id: int,
    *,
    outcome: str,
    rationale: str = "",
    conditions: str = "",
    seen_round: int | None = None,
    actor: Actor,
) -> Decision:
    """Vote; where that decides it the subject moves in the same transaction.

    ``seen_round`` is the round whose content the voter read. Raises NotAllowed unless the actor is
    one whom the pinned rules name at this moment, InvalidState when it is no longer open or they
    voted already, Invalid for an unknown outcome or a missing reason, Conflict when what is
    decided on has changed.
    """
    said = _Said(outcome, rationale.strip(), conditions.strip(), seen_round)
    return holding(lambda held: _vote(decision_id, said, actor, held))


class _Said:
    def __init__(
        self, outcome: str, rationale: str, conditions: str, seen_round: int | None
    ) -> None:
        self.outcome, self.rationale, self.conditions = outcome, rationale, conditions
        self.seen_round = seen_round

    def check(self) -> None:
        """Raises Invalid."""
        if self.outcome not in Outcome.values:
            sentence = "Choose one of the outcomes."
            raise Invalid(sentence, {"outcome": [sentence]})
        missing = NEEDS_REASON.get(Outcome(self.outcome))
        if missing is not None and not self.rationale:
            raise Invalid(missing, {"rationale": [missing]})
        if self.conditions and self.outcome != Outcome.APPROVE:
            sentence = "Conditions belong to a yes; say in the reason what should be different."
            raise Invalid(sentence, {"conditions": [sentence]})
        for name in ("rationale", "conditions"):
            length = len(getattr(self, name))
            if length > MAX_RATIONALE:
                sentence = f"At most {MAX_RATIONALE:,} characters; this has {length:,}."
                raise Invalid(sentence, {name: [sentence]})

    def private(self) -> dict[str, str]:
        """The texts that were written."""
        texts = {"rationale": self.rationale, "conditions": self.conditions}
        return {name: text for name, text in texts.items() if text}


def check_said(outcome: str, rationale: str) -> None:
    """Refuse what would be refused of any decision. Raises Invalid."""
    _Said(outcome, rationale.strip(), "", None).check()


def _vote(decision_id: int, said: _Said, actor: Actor, held: Held) -> Decision:
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        content = subject.content(parent) if subject.content else None
        answer = _answer(decision, values(content), actor, held)
        mine = _must_be_theirs(decision, answer, actor)
        _must_be_open(decision)
        said.check()
        _must_be_what_they_read(decision, content, said.seen_round)
        before, voted = terms(decision), decision.together
        whose = decision.decider_id
        assign(decision, answer)
        if voted and terms(decision) != before:
            raise Conflict("Another right decides this by now; look at it again.")
        _must_not_have_voted(decision, mine)
        opinions.must_agree(decision, answer, said.outcome)
        hold_decision(parent, decision, values(content), said, mine.person, actor=actor)
        vote = _vote_of(decision, mine, said, answer)
        acting = replace(actor, role=mine.role, role_name=mine.role_name, on_behalf_of=_for(mine))
        if not decision.together:
            taken = Taken(outcome=said.outcome, rationale=said.rationale, private=said.private())
            taken.conditions, vote.counted = said.conditions, True
            vote.save(force_insert=True)
            concluding.conclude(
                subject, parent, decision, taken, by=mine, at=answer.at, actor=acting,
                moved=answer.decider_id != whose,
            )  # fmt: skip
        else:
            vote.save(force_insert=True)
            seat(decision, answer)
            _count(subject, parent, decision, answer, vote, said, acting)
        return decision


def _count(
    subject: registries.Subject,
    parent: ChainParent,
    decision: Decision,
    answer: Answer,
    vote: Vote,
    said: _Said,
    acting: Actor,
) -> None:
    Seat.objects.filter(decision=decision, person=vote.person).update(voted_at=vote.cast_at)
    voted = DecisionVoted(
        decision=decision.seq,
        round=decision.round,
        choice=vote.choice,
        voter=vote.person.ref,
        role=vote.role_key,
        right=vote.right_key,
        private=said.private(),
    )
    events: list[DomainEvent] = [voted, *delegations.used_by(vote)]
    found = voting.tally_of(decision, answer)
    if found.outcome is None:
        decision.deferred_until = None
        decision.save()
        ledger.record(parent, events, actor=acting)
        return
    taken = concluding.taken_together(decision, found)
    concluding.conclude(subject, parent, decision, taken, at=answer.at, actor=acting, first=events)


def _for(mine: Seated) -> str:
    return mine.stands_in_for.ref if mine.stands_in_for else ""


def _vote_of(decision: Decision, mine: Seated, said: _Said, answer: Answer) -> Vote:
    return Vote(
        decision=decision,
        round=decision.round,
        person=mine.person,
        choice=said.outcome,
        role_key=mine.role,
        right_key=decision.right_key,
        stands_in_for=mine.stands_in_for,
        delegation_id=mine.delegation_id,
        rationale=said.rationale,
        conditions=said.conditions,
        trace=answer.trace,
        content_hash=decision.content_hash,
        cast_at=answer.at,
    )


def _answer(decision: Decision, given: Mapping[str, Any], actor: Actor, held: Held) -> Answer:
    return answer_held(
        decision,
        given,
        held,
        also=[actor.person_id],
        used=lambda answer: answer.seat_of(actor.person_id) is not None,
    )


def _must_be_theirs(decision: Decision, answer: Answer, actor: Actor) -> Seated:
    excluded = answer.requester_excluded
    mine = answer.seat_of(actor.person_id)
    scope = Scope(
        requester_id=decision.requester_id if excluded else 0,
        beneficiary_id=(decision.beneficiary_id or 0) if excluded else 0,
        holder_id=mine.person.pk if mine is not None else 0,
    )
    refs = {person.ref for person in (decision.requester, decision.beneficiary) if person}
    if excluded and actor.on_behalf_of in refs:
        raise NotAllowed(
            "You act for the person who asked for this, so somebody else decides.",
            code="decision-decide",
        )
    verdict = judge(actor, "decision.decide", scope, RoleFacts())
    if verdict.ok and mine is not None:
        return mine
    reason = verdict.reason
    asked = excluded and actor.person_id in (decision.requester_id, decision.beneficiary_id)
    if actor.kind == "person" and answer.decider is not None and not asked:
        reason = f"{answer.decider.name} decides this, as {answer.role_name}; you do not."
        if answer.together:
            names = ", ".join(one.person.name for one in answer.seats)
            reason = f"{names} decide this together; you do not."
    raise NotAllowed(reason, code="decision-decide")


def _must_be_open(decision: Decision) -> None:
    if decision.state == Decision.State.DECIDED:
        raise InvalidState(
            f"This was decided already: {decision.get_outcome_display()}.", allowed=[]
        )
    if decision.state != Decision.State.OPEN:
        raise InvalidState("This decision is no longer needed.", allowed=[])


def _must_be_what_they_read(
    decision: Decision, content: Mapping[str, Any] | None, seen_round: int | None
) -> None:
    if content is not None and hash_of(content) != bytes(decision.content_hash):
        raise Conflict(CHANGED)
    if seen_round is not None and seen_round != decision.round:
        raise Conflict(CHANGED)


def _must_not_have_voted(decision: Decision, mine: Seated) -> None:
    if not decision.together:
        return
    vote = voting.live_votes(decision).filter(person=mine.person).first()
    if vote is not None:
        raise InvalidState(
            f"You voted already: {vote.get_choice_display()}. Take your vote back first, then"
            " vote again.",
            allowed=["withdraw"],
        )


def withdraw_vote(decision_id: int, *, actor: Actor) -> Decision:
    """Take one's vote back before it is decided; it stays on record and counts no more.

    Raises InvalidState when there is none or it is decided, NotAllowed for who is no person.
    """
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        if actor.kind != "person" or actor.on_behalf_of:
            raise NotAllowed("Only who voted takes their vote back.", code="decision-decide")
        _must_be_open(decision)
        vote = voting.live_votes(decision).filter(person_id=actor.person_id or 0).first()
        if vote is None:
            raise InvalidState("There is no vote of yours to take back.", allowed=["vote"])
        vote.withdrawn_at = clock.now()
        vote.save(update_fields=["withdrawn_at"])
        Seat.objects.filter(decision=decision, person_id=vote.person_id).update(voted_at=None)
        event = DecisionVoteWithdrawn(
            decision=decision.seq, round=decision.round, voter=vote.person.ref
        )
        ledger.record(parent, [event], actor=actor)
        return decision


def defer(decision_id: int, *, until: datetime, reason: str, actor: Actor) -> Decision:
    """Put an open decision off to a later moment; whoever asked reads why. Its clock runs on.

    Raises NotAllowed, InvalidState, Invalid for a moment that has passed or no reason.
    """
    reason = reason.strip()
    return holding(lambda held: _defer(decision_id, until, reason, actor, held))


def _defer(
    decision_id: int,
    until: datetime,
    reason: str,
    actor: Actor,
    held: Held,
) -> Decision:
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        content = subject.content(parent) if subject.content else None
        answer = _answer(decision, values(content), actor, held)
        mine = _must_be_theirs(decision, answer, actor)
        _must_be_open(decision)
        _must_be_ahead(until)
        if not reason or len(reason) > MAX_RATIONALE:
            sentence = f"Say why it waits, in at most {MAX_RATIONALE:,} characters."
            raise Invalid(sentence, {"reason": [sentence]})
        decision.deferred_until = until
        decision.save(update_fields=["deferred_until"])
        event = DecisionDeferred(
            decision=decision.seq,
            until=moment_text(until),
            by=mine.person.ref,
            private={"reason": reason},
        )
        acting = replace(actor, role=mine.role, role_name=mine.role_name, on_behalf_of=_for(mine))
        ledger.record(parent, [event], actor=acting)
        return decision


def _must_be_ahead(until: datetime) -> None:
    if until <= clock.now():
        sentence = "Choose a day ahead of now."
        raise Invalid(sentence, {"until": [sentence]})
