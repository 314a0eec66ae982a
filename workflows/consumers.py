"""Reactions to events; registered in apps.py. Each runs in the transaction of its delivery."""

from esm.events.registry import EventRow
from workflows.services import announce, routing, visibility


def request_id(event: EventRow) -> int:
    """The request an event belongs to, from its chain."""
    return int(event.chain.partition("/")[2])


def route_offer(event: EventRow) -> None:
    """An offer reaches its team, or is accepted by the agreement."""
    routing.route(request_id(event), int(event.data["handoff"]))


def escalate_silence(event: EventRow) -> None:
    """A response clock was breached: silence goes up."""
    routing.escalate_silence(request_id(event), int(event.data["clock"]))


def tell(event: EventRow) -> None:
    """Notices for those the event concerns; of decisions on other things their app tells."""
    if not event.chain.startswith("request/"):
        return
    announce.about(request_id(event), event)


def show_to_new_decider(event: EventRow) -> None:
    """A decision went to somebody else: they must see what they decide on."""
    if not event.chain.startswith("request/"):
        return
    visibility.refresh([request_id(event)])
