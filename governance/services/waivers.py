"""Waivers: asked for with reason, risk and compensation, granted by a decision of somebody else.

The waiver is the subject of its decision and the parent of its chain. Order of locks: the waiver
first, then its decision and its persons. A yes makes it active in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.controls import SCOPES
from governance.event_types.controls import (
    WaiverActivated,
    WaiverEnded,
    WaiverEnding,
    WaiverRequested,
)
from governance.locks import lock_waiver
from governance.models import Decision, Department, ModelVersion, Person, Waiver
from governance.policies import Scope, require
from governance.selectors import voting, waivers
from governance.selectors.versions import blueprint, published
from governance.selectors.waivers import Waivable
from governance.services import findings, opening, reassigning
from governance.services.reasons import with_reason

State = Waiver.State
MAX_TEXT = 2000
WARN = timedelta(days=7)
TEXTS = {
    "reason": "Say why the rule cannot be kept for now.",
    "risk": "Say what may go wrong meanwhile.",
    "compensation": "Say what stands in for the rule meanwhile.",
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be waived, how far, why, and until when (not included)."""

    of: str
    key: str
    reason: str
    risk: str
    compensation: str
    scope_kind: str = ""
    scope_key: str = ""
    until: datetime | None = None


def ask_waiver(person: Person, wish: Wish, *, actor: Actor) -> Waiver:
    """Ask for a waiver; its decision is opened at once and somebody else takes it.

    Raises NotAllowed, InvalidState where the model has no type of decision for it, Conflict where
    the same is waived or asked for, Invalid for what cannot be waived, or for too long.
    """
    now = clock.now()
    with transaction.atomic():
        require(actor, "waiver.ask", Scope(holder_id=person.pk))
        if actor.kind != "person" or actor.on_behalf_of:
            raise NotAllowed(
                "Only a person asks for a waiver, in their own name.", code="waiver-ask"
            )
        version, bp, decided_as = _rules()
        target = _target(bp, wish)
        until = _until(target, wish, now)
        _must_be_new(wish, now)
        row = Waiver.objects.create(
            of=wish.of,
            key=wish.key,
            name=target.name[:500],
            severity=target.severity,
            scope_kind=wish.scope_kind,
            scope_key=wish.scope_key,
            reason=wish.reason.strip(),
            risk=wish.risk.strip(),
            compensation=wish.compensation.strip(),
            version=version,
            requested_by=person,
            requested_at=now,
            expires_at=until,
        )
        mark_locked(row)
        decision = opening.open_decision(
            parent=row,
            subject_kind="waiver",
            subject_id=row.pk,
            subject_ref=row.ref,
            seq=1,
            decision_type=decided_as,
            amount=None,
            currency="",
            department_key=wish.scope_key if wish.scope_kind == "department" else "",
            service_key=wish.scope_key if wish.scope_kind == "service" else "",
            version=version,
            requester=person,
            content=waivers.content(row),
            team=None,
            due_at=None,
            actor=actor,
        )
        row.decision = decision
        event = _requested(row, decision)
        ledger.record(row, [event], actor=actor, columns={"decision_id": decision.pk})
        return row


def _rules() -> tuple[ModelVersion, Blueprint, str]:
    """The version in force and its type of decision about waivers. Raises InvalidState."""
    version = published()
    bp = blueprint(version) if version is not None else None
    decided_as = waivers.deciding_type(bp) if bp is not None else None
    if version is None or bp is None or decided_as is None:
        raise InvalidState(
            "The model in force has no type of decision about waivers, so nobody can grant one."
            " Ask a steward to add it.",
            allowed=[],
        )
    return version, bp, decided_as


def _requested(row: Waiver, decision: Decision) -> WaiverRequested:
    asked = Person.objects.filter(pk__in=voting.deciders_of(decision)).order_by("pk")
    return WaiverRequested(
        waiver=row.ref,
        of=row.of,
        key=row.key,
        severity=row.severity,
        scope_kind=row.scope_kind,
        scope=row.scope_key,
        expires_at=moment_text(row.expires_at),
        deciders=tuple(person.ref for person in asked),
        private={name: getattr(row, name) for name in TEXTS},
    )


def _target(bp: Blueprint, wish: Wish) -> Waivable:
    """What is to be waived. Raises Invalid with all that is wrong."""
    errors: dict[str, list[str]] = {}
    target = waivers.waivable(bp, wish.of, wish.key) if wish.of in Waiver.Of.values else None
    if target is None:
        errors["what"] = ["Choose a control, a policy or a finding of the model in force."]
    elif not target.days:
        errors["what"] = ["This is never waived. Ask its owner to change the rule instead."]
    for name, sentence in TEXTS.items():
        text = getattr(wish, name).strip()
        if not text:
            errors[name] = [sentence]
        elif len(text) > MAX_TEXT:
            errors[name] = [f"At most {MAX_TEXT:,} characters; this has {len(text):,}."]
    if not _scope_exists(bp, wish):
        errors["scope"] = ["Choose a department or service of the model, a thing, or nothing."]
    if errors or target is None:
        raise Invalid(next(iter(errors.values()))[0], errors)
    return target


def _scope_exists(bp: Blueprint, wish: Wish) -> bool:
    kind, key = wish.scope_kind, wish.scope_key
    if kind not in SCOPES or bool(kind) != bool(key) or len(key) > 100:
        return False
    if kind == "department":
        return Department.objects.filter(key=key).exists()
    return kind != "service" or ("Service", key) in bp


def _until(target: Waivable, wish: Wish, now: datetime) -> datetime:
    if wish.until is None:
        raise Invalid("Say until when.", {"until": ["A waiver ends: choose its last day."]})
    if wish.until <= now:
        raise Invalid("That time is over.", {"until": ["Choose a day that is not over."]})
    # The last day counts whole, so a part of a day more is no longer time.
    if wish.until - now > timedelta(days=target.days, hours=1):
        said = f"Choose at most {target.days} days."
        raise Invalid("That is too long.", {"until": [said]})
    return wish.until


def _must_be_new(wish: Wish, now: datetime) -> None:
    same = Waiver.objects.filter(
        of=wish.of, key=wish.key, scope_kind=wish.scope_kind, scope_key=wish.scope_key
    )
    known = waivers.standing_is(same, "open", now).first()
    if known is not None:
        done = "is waived" if known.state == State.ACTIVE else "was asked to be waived"
        raise Conflict(f"This {done} already: {known.ref}. Look at that one.")


def on_decided(parent: Waiver, decision: Decision, *, actor: Actor) -> None:
    """A yes makes it active, anything else ends it; the waiver is locked.

    Raises InvalidState where its last day has passed, or it was ended meanwhile, NotAllowed where
    whoever asked would approve it, Conflict where another became active meanwhile.
    """
    if decision.reverses_id is not None:
        # What was granted is taken back by a new decision; what was declined stays declined.
        if decision.outcome == Decision.Outcome.APPROVE and parent.state == State.ACTIVE:
            _end(parent, State.REVOKED, actor=actor)
        return
    if parent.state != State.REQUESTED:
        raise InvalidState("This waiver is no longer asked for.", allowed=[])
    if decision.outcome != Decision.Outcome.APPROVE:
        _end(parent, State.DECLINED, actor=actor)
        return
    now = clock.now()
    if parent.expires_at <= now:
        raise InvalidState("Its last day has passed; decline it.", allowed=["decline"])
    if decision.decided_by_id == parent.requested_by_id:
        raise NotAllowed("Nobody grants a waiver to themselves.", code="decision-decide")
    try:
        with transaction.atomic():
            Waiver.objects.filter(pk=parent.pk).update(state=State.APPROVED)
            Waiver.objects.filter(pk=parent.pk).update(state=State.ACTIVE, activated_at=now)
    except IntegrityError as error:
        if "waiver_active_once" not in str(error):
            raise
        raise Conflict("The same is waived already; decline this one.") from None
    parent.state, parent.activated_at = State.ACTIVE, now
    event = WaiverActivated(
        waiver=parent.ref, decision=decision.seq, expires_at=moment_text(parent.expires_at)
    )
    ledger.record(parent, [event], actor=actor)
    findings.follow_waiver(parent)


def _end(row: Waiver, how: str, *, actor: Actor, reason: str = "") -> None:
    now = clock.now()
    event: DomainEvent = WaiverEnded(waiver=row.ref, how=how, private=with_reason(reason))
    row.state, row.ended_at = how, now
    ledger.record(row, [event], actor=actor, columns={"state": how, "ended_at": now})
    findings.follow_waiver(row)


def revoke_waiver(waiver: Waiver, *, reason: str = "", actor: Actor) -> Waiver:
    """It counts no more from now on, or is asked for no longer; what was done under it stays.

    Who asked, who granted it and administrators may. Raises NotAllowed, InvalidState when over.
    """
    with transaction.atomic():
        row = lock_waiver(waiver.pk)
        granted = row.decision.decided_by_id if row.decision else None
        scope = Scope(holder_id=row.requested_by_id, beneficiary_id=granted or 0)
        require(actor, "waiver.revoke", scope)
        if row.standing(clock.now()) not in (State.REQUESTED, State.ACTIVE):
            raise InvalidState("This waiver ended before.", allowed=[])
        _void(row, actor)
        _end(row, State.REVOKED, actor=actor, reason=reason)
        return row


def _void(row: Waiver, actor: Actor) -> None:
    """Nobody has to decide any more on what is no longer asked for."""
    if row.state == State.REQUESTED:
        reassigning.void_open(parent=row, subject_kind="waiver", actor=actor)


def sweep_waivers(limit: int = 200) -> int:
    """End what is over and warn of what ends within a week; how many. One query when none."""
    now = clock.now()
    due = Waiver.objects.filter(state__in=waivers.LIVE).filter(waivers.due(now, WARN))
    pks = list(due.order_by("expires_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_ended_or_warned(pk) for pk in pks)


def _ended_or_warned(pk: int) -> bool:
    with transaction.atomic():
        row = lock_waiver(pk)
        now = clock.now()
        if not row.live:
            return False
        if row.expires_at <= now:
            _void(row, SYSTEM)
            _end(row, State.EXPIRED, actor=SYSTEM)
            return True
        if row.state != State.ACTIVE or row.reminded_at or row.expires_at - now > WARN:
            return False
        event = WaiverEnding(waiver=row.ref, expires_at=moment_text(row.expires_at))
        ledger.record(row, [event], actor=SYSTEM, columns={"reminded_at": now})
        return True
