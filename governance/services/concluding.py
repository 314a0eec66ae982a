"""Closes a decision: its outcome, the votes it was made of, and the move of its subject."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance import registries
from governance.blueprint.rights import Tally
from governance.event_types import DecisionDecided
from governance.models import Decision, Vote
from governance.selectors import voting
from governance.selectors.resolving import Seated
from governance.services import delegations


@dataclass
class Taken:
    """An outcome with what was said to it; ``private`` is what the event keeps apart."""

    outcome: str
    rationale: str = ""
    conditions: str = ""
    private: dict[str, str] = field(default_factory=dict)


def taken_together(decision: Decision, found: Tally) -> Taken:
    """The outcome of the votes that count, which are marked; reasons carry their names."""
    assert found.outcome is not None
    counted = [
        vote
        for vote in voting.live_votes(decision).select_related("person")
        if vote.person.ref in found.counted
    ]
    Vote.objects.filter(pk__in=[vote.pk for vote in counted]).update(counted=True)
    said = [vote for vote in counted if vote.choice == found.outcome]
    return Taken(
        outcome=found.outcome,
        rationale="\n".join(f"{v.person.name}: {v.rationale}" for v in said if v.rationale),
        conditions="\n".join(f"{v.person.name}: {v.conditions}" for v in said if v.conditions),
    )


def conclude(
    subject: registries.Subject,
    parent: ChainParent,
    decision: Decision,
    taken: Taken,
    *,
    at: datetime,
    actor: Actor,
    by: Seated | None = None,
    first: Sequence[DomainEvent] = (),
    moved: bool = False,
) -> None:
    """Write the outcome of a locked decision and move its locked subject.

    ``at`` is when the answer was found that it rests on: who may decide is certain for that moment.
    ``by`` is who decided alone; ``first`` what is recorded before; ``moved`` is whether somebody
    else decides than was named, who sees the subject from now on.
    """
    decision.state = Decision.State.DECIDED
    decision.outcome, decision.rationale = taken.outcome, taken.rationale
    decision.conditions, decision.deferred_until = taken.conditions, None
    decision.decided_at, decision.decided_by = at, by.person if by else None
    decision.save()
    event = DecisionDecided(
        decision=decision.seq,
        outcome=taken.outcome,
        role=decision.role_key,
        right=decision.right_key,
        decider=by.person.ref if by else "",
        private=taken.private,
    )
    given = delegations.used(decision)
    ledger.record(parent, [*first, event, *given], actor=actor)
    subject.on_decided(parent, decision, actor=actor)
    if moved:
        registries.refresh_visibility(parent._meta.label_lower, [parent.pk])
