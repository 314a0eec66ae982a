"""What happens on an offer: it reaches its team, is accepted by agreement, or is escalated.

Called by the consumers; each runs in the transaction that marks its delivery done, so an effect
happens exactly once.
"""

from esm.events.actors import SYSTEM
from workflows.event_types import HandoffRouted
from workflows.models import Handoff
from workflows.selectors import criteria
from workflows.services import handoffs
from workflows.services.case import Case


def route(request_id: int, seq: int) -> Handoff | None:
    """Route an offer; None if it does not stand any more."""
    case = Case.open(request_id, SYSTEM)
    handoff = case.handoff(seq)
    if handoff.state != Handoff.State.OFFERED:
        return None
    case.note(HandoffRouted(handoff=handoff.seq, to_team=handoff.receiver_team.key, to_person=""))
    agreement = handoffs.agreement_of(case, handoff)
    agreed = agreement is not None and agreement.accept_mode == "auto_if_complete"
    if agreed and criteria.complete(criteria.check(agreement, case.request)):
        handoffs.take(case, handoff, auto=True)
    case.save()
    return handoff


def escalate_silence(request_id: int, clock_seq: int) -> None:
    """Nobody accepted in time: both accountable roles and the stream's owner hear of it."""
    case = Case.open(request_id, SYSTEM)
    row = case.request.clocks.filter(seq=clock_seq, metric="respond").first()
    if row is None or row.handoff_id is None:
        return
    handoff = case.request.handoffs.get(pk=row.handoff_id)
    full = case.handoff(handoff.seq)
    if full.state in (Handoff.State.OFFERED, Handoff.State.CLARIFYING):
        handoffs.escalate(case, full, why="silence")
        case.save()
