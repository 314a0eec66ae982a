"""Who is told of work parts: whose view is asked, and who is informed."""

from esm.events.registry import EventRow
from esm.notices.choices import Why
from workflows.models import Request
from workflows.services.messages import Message, stage_name


def _people(event: EventRow) -> frozenset[int]:
    return frozenset(int(ref[2:]) for ref in event.data["people"])


def _step(request: Request, event: EventRow) -> str:
    visit = request.visits.get(seq=event.data["visit"])
    return stage_name(request, visit.stage_key)


def consulted(request: Request, event: EventRow) -> Message:
    """Their view is asked; nobody waits for it."""
    body = (
        f"{_step(request, event)}, {request.ref}. Write on the request what you have to say;"
        " the work goes on meanwhile."
    )
    return Message(_people(event), f"Your view is asked: {request.title}", body, why=Why.ROLE)


def informed(request: Request, event: EventRow) -> Message:
    """A step is done, or everything is."""
    if event.data["whole"]:
        title = f"Done: {request.ref}"
    else:
        title = f"{_step(request, event)}: {request.ref} has come that far"
    return Message(_people(event), title, request.title, why=Why.ROLE)


RULES = {"visit.consulted": consulted, "visit.informed": informed}
