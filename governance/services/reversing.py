"""Taking a decision back: a new decision asks for it, the first one stays as it is."""

from django.db import transaction

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance.locks import lock_decision
from governance.models import Decision
from governance.policies import Scope, require
from governance.selectors import resolving, voting
from governance.services.subject_content import subject_of, values

MAX_REASON = 10_000
Outcome = Decision.Outcome


def ask_reversal(decision_id: int, *, reason: str, actor: Actor) -> Decision:
    """Ask whether a decision is taken back; decided like any other of its type, by now's holders.

    Raises NotAllowed unless the actor took part, would decide it now, or is a steward; Invalid
    without a reason; InvalidState where nothing can be taken back.
    """
    reason = reason.strip()
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        first = lock_decision(decision_id)
        content = subject.content(parent) if subject.content else None
        theirs = voting.has_said(first, actor.person_id)
        if not theirs and first.state == Decision.State.DECIDED:
            answer = resolving.answer_for(first, values(content))
            theirs = answer.seat_of(actor.person_id) is not None
        require(actor, "decision.reverse", Scope(holder_id=(actor.person_id or 0) if theirs else 0))
        _must_be_reversible(first)
        if subject.reopen is None:
            raise InvalidState("What was decided here cannot be taken back.", allowed=[])
        if not reason or len(reason) > MAX_REASON:
            sentence = f"Say why it should be taken back, in at most {MAX_REASON:,} characters."
            raise Invalid(sentence, {"reason": [sentence]})
        opened: Decision = subject.reopen(parent, first, reason=reason, actor=actor)
        return opened


def _must_be_reversible(first: Decision) -> None:
    if first.state != Decision.State.DECIDED:
        raise InvalidState("It is not decided, so there is nothing to take back.", allowed=[])
    if first.outcome == Outcome.REFER_BACK:
        raise InvalidState(
            "It was sent back and comes again by itself; there is nothing to take back.", allowed=[]
        )
    if first.reverses_id is not None:
        raise InvalidState(
            "This took a decision back. Ask anew for what it was about instead.", allowed=[]
        )
    before = list(first.reversals.values_list("state", "outcome"))
    if (Decision.State.OPEN, "") in before:
        raise InvalidState("Somebody asked for that already; it is being decided.", allowed=[])
    if (Decision.State.DECIDED, Outcome.APPROVE) in before:
        raise InvalidState("It was taken back already.", allowed=[])
