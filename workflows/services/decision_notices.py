"""Who is told of decisions on requests: whose they are, that they wait, what came of them."""

from collections.abc import Callable, Iterable

from esm.events.registry import EventRow
from esm.notices.choices import Why
from governance.models import Decision, Vote
from governance.selectors import roles, voting
from workflows.models import Request
from workflows.services.messages import Message

WAITS, FOR_YOU = "decision.opened", "decision.for_you"
# Told under the kind of another event: for whoever hears it, it is the same thing.
KIND_OF = {"decision.seated": WAITS, "decision.reassigned": WAITS, "decision.round_voided": WAITS}


def _yours(request: Request, refs: Iterable[str]) -> Message | None:
    found = frozenset(int(ref[2:]) for ref in refs if ref.startswith("P-"))
    if not found:
        return None
    title = f"A decision waits for you: {request.title}"
    return Message(found, title, request.ref, why=Why.DECIDER)


def opened(request: Request, event: EventRow) -> Message | None:
    """Whoever decides it alone."""
    return _yours(request, [str(event.data.get("decider") or "")])


def seated(request: Request, event: EventRow) -> Message | None:
    """Those who are new among several."""
    return _yours(request, event.data["added"])


def round_voided(request: Request, event: EventRow) -> Message | None:
    """Those whose vote counts no more; they are asked again."""
    if not event.data["votes"]:
        return None
    rows = Decision.objects.filter(
        subject_kind="request", subject_id=request.pk, seq=event.data["decision"], state="open"
    )
    found = frozenset(voting.waited_on(rows))
    title = f"What you voted on has changed; vote again: {request.title}"
    return Message(found, title, request.ref, why=Why.DECIDER)


def opinion_asked(request: Request, event: EventRow) -> Message:
    """Those whose opinion is asked."""
    found = frozenset(int(ref[2:]) for ref in event.data["people"])
    title = f"Your opinion is asked on a decision: {request.title}"
    return Message(found, title, request.ref, why=Why.ROLE)


def opinion_given(request: Request, event: EventRow) -> Message | None:
    """Whoever decides hears that somebody is against it, or has agreed."""
    if event.data["part"] == "input":
        return None
    rows = Decision.objects.filter(
        subject_kind="request", subject_id=request.pk, seq=event.data["decision"], state="open"
    )
    words = {"for": "is for it", "against": "is against it"}
    role = roles.role_names([event.data["role"]]).get(event.data["role"], event.data["role"])
    title = f"{role} {words[event.data['verdict']]}: {request.title}"
    return Message(frozenset(voting.waited_on(rows)), title, request.ref, why=Why.DECIDER)


def decided(request: Request, event: EventRow) -> Message:
    """Whoever asked, and whom it is for."""
    if _takes_back(request, event):
        words = {"approve": "is taken back", "decline": "stands"}
        end = words.get(event.data["outcome"], "stands for now")
        title = f"What was decided on {request.ref} {end}"
        return Message(request.askers, title, request.title, why=Why.REQUESTER, moved=title)
    texts = {
        "approve": f"Decided: {request.ref} goes on",
        "decline": f"Declined: {request.ref}",
        "refer_back": f"Referred back: {request.ref}",
    }
    title = texts[event.data["outcome"]]
    return Message(request.askers, title, request.title, why=Why.REQUESTER, moved=title)


def _takes_back(request: Request, event: EventRow) -> bool:
    rows = Decision.objects.filter(
        subject_kind="request", subject_id=request.pk, seq=event.data["decision"]
    )
    return rows.filter(reverses__isnull=False).exists()


def deferred(request: Request, event: EventRow) -> Message:
    """Whoever asked hears that it waits, and why."""
    title = f"The decision on {request.ref} waits until {event.data['until'][:10]}"
    reason = str(event.private.get("reason", "")) or request.title
    return Message(request.askers, title, reason, why=Why.REQUESTER)


def decided_for(request: Request, event: EventRow) -> Message | None:
    """Whoever was away hears what was decided for them, and by whom."""
    rows = Vote.objects.filter(
        decision__subject_kind="request",
        decision__subject_id=request.pk,
        decision__seq=event.data["decision"],
        counted=True,
        stands_in_for__isnull=False,
    ).select_related("person", "decision")
    found = list(rows.order_by("pk"))
    if not found:
        return None
    names = ", ".join(dict.fromkeys(vote.person.name for vote in found))
    title = f"Decided for you by {names}: {request.title}"
    body = f"{request.ref}: {found[0].decision.get_outcome_display()}"
    behind = frozenset(vote.stands_in_for_id for vote in found if vote.stands_in_for_id)
    return Message(behind, title, body, why=Why.DECIDER)


# What others are told of the same event, under a kind of its own.
ALSO = {"decision.decided": (FOR_YOU, decided_for)}
RULES: dict[str, Callable[[Request, EventRow], Message | None]] = {
    "decision.opened": opened,
    "decision.reassigned": opened,
    "decision.seated": seated,
    "decision.opinion_asked": opinion_asked,
    "decision.opinion_given": opinion_given,
    "decision.round_voided": round_voided,
    "decision.decided": decided,
    "decision.deferred": deferred,
}
