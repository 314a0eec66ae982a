"""Puts what the resolver answered on a decision: whose it is, alone or together with others."""

from esm.common import clock
from esm.events.types import DomainEvent
from governance.event_types.votes import DecisionSeated
from governance.models import Decision, Seat
from governance.selectors.resolving import Answer

Terms = tuple[str, str, str]


def role_of(answer: Answer) -> str:
    """The role that decides; none where a body does."""
    found = answer.resolution
    acting = None if answer.together else found.decider
    return (acting.role if acting else found.role) or ""


def terms(decision: Decision) -> Terms:
    """What votes are cast under: right, body and rule. Under others none of them counts."""
    return (decision.right_key, decision.body_key, decision.rule)


def assign(decision: Decision, answer: Answer) -> None:
    """The columns; not saved."""
    found = answer.resolution
    together = answer.together
    decision.right_key = found.right_key or ""
    decision.role_key, decision.body_key = role_of(answer), found.body or ""
    decision.band_min, decision.band_max = found.band
    decision.rule, decision.quorum, decision.needed = found.rule, found.quorum, found.needed
    decision.decider = None if together else answer.decider
    decision.stands_in_for = None if together else answer.stands_in_for
    decision.delegation_id = None if together else answer.delegation_id
    decision.seated_at = clock.now() if together else None
    decision.trace = answer.trace


def seat(decision: Decision, answer: Answer) -> list[str]:
    """The seats of a saved decision of several; references of those who are new to it.

    Who was seated before and stays keeps their place; whoever may no longer vote loses it.
    """
    known = {row.person_id: row for row in Seat.objects.filter(decision=decision)}
    wanted = {one.person.pk: one for one in answer.seats} if answer.together else {}
    gone = [row.pk for pk, row in known.items() if pk not in wanted]
    if gone:
        Seat.objects.filter(pk__in=gone).delete()
    for pk, one in wanted.items():
        row = known.get(pk)
        behind = one.stands_in_for.pk if one.stands_in_for else None
        says = (one.role, behind, one.delegation_id)
        if row is not None and (row.role_key, row.stands_in_for_id, row.delegation_id) != says:
            Seat.objects.filter(pk=row.pk).update(
                role_key=one.role, stands_in_for_id=behind, delegation_id=one.delegation_id
            )
    added = [one for pk, one in wanted.items() if pk not in known]
    Seat.objects.bulk_create(
        Seat(
            decision=decision,
            person=one.person,
            role_key=one.role,
            stands_in_for=one.stands_in_for,
            delegation_id=one.delegation_id,
        )
        for one in added
    )
    return [one.person.ref for one in added]


def seated_event(decision: Decision, answer: Answer, added: list[str]) -> DomainEvent:
    """That several decide it together, and who is new among them."""
    return DecisionSeated(
        decision=decision.seq,
        round=decision.round,
        right=decision.right_key,
        body_key=decision.body_key,
        rule=decision.rule,
        quorum=decision.quorum,
        needed=decision.needed,
        voters=tuple(one.person.ref for one in answer.seats),
        added=tuple(added),
    )
