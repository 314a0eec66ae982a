"""A round ends: whoever decides on changes of the model is asked, and the version goes on by that.

Order of locks: versions, then the decision and its persons.
"""

from django.db import transaction

from esm.common import clock
from esm.common.errors import InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint import kinds
from governance.event_types import ModelAgreed
from governance.event_types.change import RoundDecided
from governance.locks import lock_versions
from governance.models import (
    ChangeProposal,
    ConsentAnswer,
    ConsentRound,
    Decision,
    ModelVersion,
    Person,
)
from governance.policies import Scope, require
from governance.selectors import change_rules, meta_decision, rounds, voting
from governance.selectors.versions import blueprint, forget, load_blueprint
from governance.services import opening, proposing, submitting
from governance.services.hindered import must_be_clear
from governance.services.submitting import SUBJECT, open_for_answers

State, Outcome = ModelVersion.State, ConsentRound.Outcome
SILENT = "Said nothing until the deadline; silence counts as consent."
AWAY = "Was away for all of the round and nobody stood in; left out."


def end_round(version: ModelVersion, *, actor: Actor) -> Decision:
    """Ask whoever decides on changes of the model, once everybody had their say.

    Raises NotAllowed, InvalidState, and Hindered with all that is still missing.
    """
    with transaction.atomic():
        locked = lock_versions()
        require(actor, "model.submit", Scope())
        version = locked[version.pk]
        consent = open_for_answers(version)
        must_be_clear(version, "agree")
        former = next(v for v in locked.values() if v.state == State.PUBLISHED)
        excused = _excuse(consent)
        rules = blueprint(former)
        decided_as = change_rules.deciding_type(rules)
        assert decided_as is not None
        reach = meta_decision.reach_now(version, former)
        said = meta_decision.values_of(rules, decided_as, reach)
        field = rules.get(kinds.DecisionType, decided_as).risk_field
        consent.reach = str(said.get(field or "", ""))
        decision = opening.open_decision(
            parent=version,
            subject_kind=SUBJECT,
            subject_id=version.pk,
            subject_ref=version.code,
            seq=_next(version),
            decision_type=decided_as,
            amount=None,
            currency="",
            department_key="",
            service_key="",
            version=former,
            requester=consent.opened_by,
            content=meta_decision.content(version),
            team=None,
            due_at=change_rules.days_of(rules).earliest(clock.now()),
            actor=actor,
        )
        consent.decision = decision
        consent.save(update_fields=["decision", "reach"])
        deciders = Person.objects.filter(pk__in=voting.deciders_of(decision)).order_by("pk")
        counts = rounds.standing_of(consent, clock.now()).counts
        event = RoundDecided(
            version=version.code,
            round=consent.number,
            decision=decision.seq,
            reach=consent.reach,
            streams=reach.streams,
            answers={answer or "none": n for answer, n in sorted(counts.items())},
            excused=excused,
            deciders=tuple(person.ref for person in deciders),
        )
        ledger.record(version, [event], actor=actor)
        return decision


def _next(version: ModelVersion) -> int:
    rows = Decision.objects.filter(subject_kind=SUBJECT, subject_id=version.pk)
    return rows.count() + 1


def _excuse(consent: ConsentRound) -> tuple[str, ...]:
    """Write why the round goes on without some who must agree; their references."""
    standing = rounds.standing_of(consent, clock.now())
    for rows, why in ((standing.silent, SILENT), (standing.away, AWAY)):
        for row in rows:
            row.excused = why
        ConsentAnswer.objects.bulk_update(rows, ["excused"])
    return tuple(row.person.ref for row in (*standing.silent, *standing.away))


def on_decided(parent: ModelVersion, decision: Decision, *, actor: Actor) -> None:
    """A yes makes the version agreed, anything else a draft again; the version is locked.

    Raises InvalidState where the round is over, Hindered where something came in the way.
    """
    consent = rounds.open_round(parent)
    if parent.state != State.IN_REVIEW or consent is None or consent.decision_id != decision.pk:
        raise InvalidState(f"{parent.code} is not in review any more.", allowed=[])
    if decision.outcome != Decision.Outcome.APPROVE:
        declined = decision.outcome == Decision.Outcome.DECLINE
        private = {"reason": decision.rationale} if decision.rationale else {}
        how = Outcome.DECLINED if declined else Outcome.RETURNED
        submitting.back_to_draft(parent, how, private=private, actor=actor)
        return
    must_be_clear(parent, "agree")
    consent.closed_at, consent.outcome = clock.now(), Outcome.AGREED
    consent.save(update_fields=["closed_at", "outcome"])
    forget(parent.pk)
    parent.state, parent.without_consent = State.AGREED, False
    parent.content_hash = load_blueprint(parent.pk).content_hash
    parent.save(update_fields=["state", "content_hash", "without_consent"])
    event = ModelAgreed(
        version=parent.code,
        effective_from="",
        without_consent=False,
        content_hash=parent.content_hash.hex(),
    )
    ledger.record(parent, [event], actor=actor)
    proposing.follow(parent, ChangeProposal.State.AGREED, actor=actor)
