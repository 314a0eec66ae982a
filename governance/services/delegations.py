"""Delegations: offered by the giver, accepted by the delegate, taken back at once by either.

The persons of a delegation are locked in every change, and shared by whoever decides: so a vote
and a revocation follow one another, and what was taken back counts for no later commit.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.common.ui import moments
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.event_types import (
    DelegationAccepted,
    DelegationDeclined,
    DelegationProposed,
    DelegationRevoked,
    DelegationUsed,
)
from governance.locks import lock_delegation, lock_persons
from governance.models import Decision, Delegation, Person, Vote
from governance.models.delegations import LONGEST
from governance.policies import Scope, require
from governance.selectors import delegable
from governance.services.periods import Period, period
from governance.services.reasons import with_reason

State, Cause, Of = Delegation.State, Delegation.Cause, Delegation.Of
SELF = "Nobody gives anything to themselves. Choose somebody else."
MOST = Decimal(10) ** 18


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be given: a role or a type of decision, narrowed, up to an amount, for a time."""

    of: str
    key: str
    scope_kind: str = ""
    scope_key: str = ""
    max_amount: Decimal | None = None
    currency: str = ""
    since: datetime | None = None
    until: datetime | None = None


def propose_delegation(
    giver: Person, delegate: Person, wish: Wish, *, reason: str = "", actor: Actor
) -> Delegation:
    """The giver offers a part of what they hold; it counts once the delegate accepts.

    Raises NotAllowed, InvalidState, Conflict where the same was given for that time, and Invalid
    for what the giver does not hold themselves: role, amount, scope, or longer than 180 days.
    """
    if giver.pk == delegate.pk:
        raise Invalid(SELF, {"delegate": [SELF]})
    with transaction.atomic():
        held = lock_persons([giver.pk, delegate.pk])
        giver, delegate = held[giver.pk], held[delegate.pk]
        require(actor, "delegation.give", Scope(holder_id=giver.pk))
        now = clock.now()
        valid = _period(wish, now)
        bp = _model()
        currency = _checked(bp, giver, delegate, wish, valid)
        _must_be_new(giver, delegate, wish, valid)
        private = with_reason(reason)
        row = Delegation.objects.create(
            giver=giver,
            delegate=delegate,
            of=wish.of,
            key=wish.key,
            scope_kind=wish.scope_kind,
            scope_key=wish.scope_key,
            max_amount=wish.max_amount,
            currency=currency,
            valid=valid,
            reason=private.get("reason", ""),
            proposed_at=now,
        )
        event = DelegationProposed(**_named(row), **_bounds(row), private=private)
        ledger.record(giver, [event], actor=actor)
        return row


def accept_delegation(delegation: Delegation, *, actor: Actor) -> Delegation:
    """The delegate takes it on. Raises NotAllowed, and InvalidState when it can count no more."""
    with transaction.atomic():
        row = lock_delegation(delegation.pk)
        require(actor, "delegation.answer", Scope(holder_id=row.delegate_id))
        now = clock.now()
        _must_be_offered(row, now)
        bp = _model()
        roles = delegable.roles_behind(bp, row.of, row.key)
        if not row.giver.active or not delegable.still_held(row.giver, roles, now):
            said = f"{row.giver.name} no longer holds what this gives, so there is nothing to take."
            raise InvalidState(said, allowed=[])
        _must_not_be_barred(bp, row.giver, row.delegate, row.of, row.key, now)
        row.state, row.accepted_at = State.ACCEPTED, now
        row.save(update_fields=["state", "accepted_at"])
        event = DelegationAccepted(**_named(row), **_bounds(row))
        ledger.record(row.giver, [event], actor=actor)
        return row


def decline_delegation(delegation: Delegation, *, reason: str = "", actor: Actor) -> Delegation:
    """The delegate does not take it on. Raises NotAllowed, InvalidState."""
    with transaction.atomic():
        row = lock_delegation(delegation.pk)
        require(actor, "delegation.answer", Scope(holder_id=row.delegate_id))
        now = clock.now()
        _must_be_offered(row, now)
        row.state, row.ended_at = State.DECLINED, now
        row.save(update_fields=["state", "ended_at"])
        event = DelegationDeclined(**_named(row), private=with_reason(reason))
        ledger.record(row.giver, [event], actor=actor)
        return row


def revoke_delegation(delegation: Delegation, *, reason: str = "", actor: Actor) -> Delegation:
    """It counts no more from now on; what was decided under it stays.

    The giver, the delegate and administrators may. Raises NotAllowed, InvalidState when it ended.
    """
    with transaction.atomic():
        row = lock_delegation(delegation.pk)
        scope = Scope(holder_id=row.giver_id, beneficiary_id=row.delegate_id)
        require(actor, "delegation.revoke", scope)
        now = clock.now()
        if row.standing(now) not in ("proposed", "accepted", "active"):
            raise InvalidState("This delegation ended before.", allowed=[])
        causes = {row.giver_id: Cause.GIVER, row.delegate_id: Cause.DELEGATE}
        cause = causes.get(actor.person_id or 0, Cause.ADMINISTRATOR)
        event = ended(row, cause, now, reason)
        ledger.record(row.giver, [event], actor=actor)
        return row


def ended(row: Delegation, cause: str, now: datetime, reason: str = "") -> DomainEvent:
    """End a locked delegation; the event to record on its giver."""
    row.state, row.ended_at, row.cause = State.REVOKED, now, cause
    row.save(update_fields=["state", "ended_at", "cause"])
    return DelegationRevoked(**_named(row), cause=cause, private=with_reason(reason))


def used(decision: Decision) -> list[DomainEvent]:
    """What to record beside a decision that one person took under a delegation."""
    return _used(decision.delegation, decision)


def used_by(vote: Vote) -> list[DomainEvent]:
    """What to record beside a vote that was cast under a delegation."""
    return _used(vote.delegation, vote.decision)


def _used(row: Delegation | None, decision: Decision) -> list[DomainEvent]:
    return [DelegationUsed(**_named(row), decision=decision.seq)] if row is not None else []


def _named(row: Delegation) -> dict[str, Any]:
    return {
        "delegation": row.pk,
        "giver": row.giver.ref,
        "delegate": row.delegate.ref,
        "of": str(row.of),
        "key": row.key,
    }


def _bounds(row: Delegation) -> dict[str, Any]:
    return {
        "scope_kind": row.scope_kind,
        "scope": row.scope_key,
        "max_amount": None if row.max_amount is None else format(row.max_amount, "f"),
        "currency": row.currency,
        "valid_from": moment_text(row.valid.lower),
        "valid_until": moment_text(row.valid.upper),
    }


def _model() -> Blueprint:
    bp = delegable.in_force()
    if bp is None:
        raise InvalidState("No model is in force yet, so there is nothing to give.", allowed=[])
    return bp


def _period(wish: Wish, now: datetime) -> Period:
    if wish.until is None:
        raise Invalid("Say until when.", {"until": ["A delegation ends: choose its last day."]})
    since = max(wish.since or now, now)
    if wish.until <= now:
        raise Invalid("That time is over.", {"until": ["Choose a day that is not over."]})
    valid = period(since, wish.until)
    if wish.until - since > LONGEST:
        raise Invalid("That is too long.", {"until": ["Choose at most 180 days."]})
    return valid


def _checked(bp: Blueprint, giver: Person, delegate: Person, wish: Wish, valid: Period) -> str:
    """The currency of the limit, where all of it is the giver's own to give."""
    if not giver.active:
        raise InvalidState(f"{giver.name} has left and can give nothing.", allowed=[])
    if not delegate.active:
        said = f"{delegate.name} has left; choose somebody who is here."
        raise Invalid(said, {"delegate": [said]})
    roles = delegable.roles_behind(bp, wish.of, wish.key)
    own = delegable.holdings(giver, roles, valid.lower)
    if not own:
        said = "You do not hold this on the first day, so you cannot give it."
        raise Invalid(said, {"what": [said]})
    ends = [row.valid.upper for row in own]
    if None not in ends and max(ends) < valid.upper:
        said = f"You hold it until {moments.day(max(ends))} yourself. Choose an earlier day."
        raise Invalid(said, {"until": [said]})
    _must_be_a_scope(bp, wish)
    held = frozenset(row.role.key for row in own)
    _must_not_be_barred(bp, giver, delegate, wish.of, wish.key, valid.lower)
    return _limit(bp, wish, held)


def _must_be_a_scope(bp: Blueprint, wish: Wish) -> None:
    if not wish.scope_kind and not wish.scope_key:
        return
    known = delegable.SCOPES.get(wish.scope_kind)
    if known is None or bp.peek(known[1], wish.scope_key) is None:
        said = "Choose a department, service or site of the model in force, or nothing."
        raise Invalid(said, {"scope": [said]})


def _must_not_be_barred(
    bp: Blueprint, giver: Person, delegate: Person, of: str, key: str, at: datetime
) -> None:
    roles = delegable.roles_behind(bp, of, key)
    held = frozenset(row.role.key for row in delegable.holdings(giver, roles, at))
    other = delegable.barred(bp, of, key, held, delegate, at)
    if other:
        name = delegable.name_of(bp, Of.ROLE, other)
        said = f"{delegate.name} holds {name}; a rule keeps the two apart. Choose somebody else."
        raise Invalid(said, {"delegate": [said]})


def _limit(bp: Blueprint, wish: Wish, held: frozenset[str]) -> str:
    if wish.max_amount is None:
        return ""
    spec = bp.peek(kinds.DecisionType, wish.key) if wish.of == Of.TYPE else None
    if spec is not None and spec.unit == "none":
        said = "This decision has no amount. Leave the limit empty."
        raise Invalid(said, {"max_amount": [said]})
    if not wish.max_amount.is_finite() or not 0 <= wish.max_amount < MOST:
        said = "Write an amount of zero or more."
        raise Invalid(said, {"max_amount": [said]})
    usual = bp.organisation().currency
    currency = (spec.currency or "") if spec is not None else (wish.currency or usual)
    if wish.currency and wish.currency != currency:
        said = f"This is decided in {currency or 'no currency'}."
        raise Invalid(said, {"currency": [said]})
    if len(currency) not in (0, 3):
        raise Invalid("That is no currency.", {"currency": ["Three letters, such as EUR."]})
    # In another currency the rate of each day says how far it reaches, never beyond the giver.
    usually = spec is not None or currency == usual
    most = delegable.limit_of(bp, wish.of, wish.key, held) if usually else None
    if most is not None and wish.max_amount > most:
        said = f"You decide below {most:,f} {currency} yourself. Choose no more than that."
        raise Invalid(said, {"max_amount": [said]})
    return currency


def _must_be_new(giver: Person, delegate: Person, wish: Wish, valid: Period) -> None:
    same = Delegation.objects.filter(
        giver=giver,
        delegate=delegate,
        of=wish.of,
        key=wish.key,
        scope_kind=wish.scope_kind,
        scope_key=wish.scope_key,
        state__in=[State.PROPOSED, State.ACCEPTED],
        valid__overlap=valid,
    )
    if same.exists():
        raise Conflict(f"You gave this to {delegate.name} for that time already.")


def _must_be_offered(row: Delegation, now: datetime) -> None:
    standing = row.standing(now)
    if standing == "proposed":
        return
    said = {
        "expired": "The time of this delegation is over.",
        "declined": "You declined this before.",
        "revoked": f"{row.giver.name} took this back, or it ended by itself.",
    }.get(standing, "You took this on already.")
    raise InvalidState(said, allowed=[])
