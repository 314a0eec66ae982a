"""A draft is put to those whom it changes: a round of consent opens, and may be taken back.

Order of locks: versions, then proposals. What is in force says who must agree and until when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.event_types.change import ModelReturned, ModelSubmitted, RoundExtended
from governance.locks import lock_version, lock_versions
from governance.models import ChangeProposal, ConsentAnswer, ConsentRound, ModelVersion
from governance.policies import Scope, require
from governance.selectors import change_rules, rounds
from governance.selectors.affected import Wanted, wanted_in
from governance.selectors.change_rules import LEAST_DAYS, Days
from governance.selectors.versions import blueprint, load_blueprint
from governance.services import proposing, reassigning
from governance.services.hindered import must_be_clear
from governance.services.reasons import with_reason

State, Outcome, Answer = ModelVersion.State, ConsentRound.Outcome, ConsentAnswer.Answer
SUBJECT = "model_version"


def submit(
    version: ModelVersion, *, deadline: datetime | None = None, actor: Actor
) -> ConsentRound:
    """Open a round on a draft, five working days long at least; its content is fixed from now on.

    Answers of the round before count on where what changes for somebody is the same. Raises
    NotAllowed, InvalidState, Invalid for a deadline too soon, Hindered with what stands in the way.
    """
    now = clock.now()
    with transaction.atomic():
        locked = lock_versions()
        require(actor, "model.submit", Scope())
        version = _draft(locked, version)
        former = next((v for v in locked.values() if v.state == State.PUBLISHED), None)
        must_be_clear(version, "submit")
        if actor.person_id is None:
            raise NotAllowed("A round is opened by a person, in their name.", code="model-submit")
        assert former is not None
        before, bp = blueprint(former), load_blueprint(version.pk)
        until = _until(change_rules.days_of(before), now, deadline)
        last = rounds.last_round(version)
        consent = ConsentRound.objects.create(
            version=version,
            number=last.number + 1 if last else 1,
            opened_at=now,
            opened_by_id=actor.person_id,
            deadline=until,
            silence_consents=change_rules.silence_consents(before),
            content_hash=bp.content_hash,
        )
        wanted = wanted_in(version, former)
        carried = _ask(consent, wanted, last)
        version.state = State.IN_REVIEW
        version.save(update_fields=["state"])
        event = ModelSubmitted(
            version=version.code,
            round=consent.number,
            deadline=moment_text(until),
            asked=len(wanted),
            carried=carried,
            silence_consents=consent.silence_consents,
            content_hash=bp.content_hash.hex(),
        )
        ledger.record(version, [event], actor=actor)
        proposing.follow(version, ChangeProposal.State.CONSENT, actor=actor)
        return consent


def _draft(locked: Mapping[int, ModelVersion], version: ModelVersion) -> ModelVersion:
    found = locked.get(version.pk)
    if found is None or found.state != State.DRAFT:
        said = found.get_state_display() if found else "gone"
        raise InvalidState(f"{version.code} is {said}; only a draft is put to people.", allowed=[])
    if found.kind == ModelVersion.Kind.AS_IS:
        raise InvalidState(
            f"{version.code} describes how people work already; it is published without being"
            " agreed.",
            allowed=["publish"],
        )
    return found


def _until(days: Days, now: datetime, wanted: datetime | None) -> datetime:
    earliest = days.earliest(now)
    if wanted is None:
        return earliest
    if wanted < earliest:
        last = earliest.astimezone(days.zone)
        sentence = (
            f"People need {LEAST_DAYS} working days at least to read it:"
            f" choose {last:%d %b %Y} or later."
        )
        raise Invalid(sentence, {"deadline": [sentence]})
    return wanted


@dataclass(frozen=True)
class _Before:
    """What the round before knows of somebody."""

    row: ConsentAnswer
    same_content: bool

    def counts_for(self, one: Wanted) -> bool:
        """Whoever must agree agrees to the whole; the others to what changes for them."""
        if not self.row.answer or self.row.answer == Answer.OBJECTION:
            return False
        if one.part == ConsentAnswer.Part.AFFECTED:
            return self.row.mark == one.mark
        return self.same_content


def _ask(consent: ConsentRound, wanted: Mapping[int, Wanted], last: ConsentRound | None) -> int:
    known: dict[int, _Before] = {}
    if last is not None:
        same = bytes(last.content_hash) == bytes(consent.content_hash)
        known = {row.person_id: _Before(row, same) for row in rounds.answers_of(last)}
    rows = []
    for pk, one in sorted(wanted.items()):
        row = ConsentAnswer(
            round=consent,
            person_id=pk,
            part=one.part,
            roles=list(one.roles),
            mark=one.mark,
            asked_at=consent.opened_at,
        )
        before = known.get(pk)
        if before is not None and before.counts_for(one):
            row.answer, row.text = before.row.answer, before.row.text
            row.answered_at, row.degree = before.row.answered_at, before.row.degree
            row.answered_by, row.carried = before.row.answered_by, True
        rows.append(row)
    ConsentAnswer.objects.bulk_create(rows, batch_size=500)
    return sum(row.carried for row in rows)


def extend(version: ModelVersion, *, deadline: datetime, reason: str, actor: Actor) -> ConsentRound:
    """Give more time for answers. Raises InvalidState without an open round, Invalid otherwise."""
    private = with_reason(reason)
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.submit", Scope())
        consent = open_for_answers(version)
        if deadline <= consent.deadline or deadline <= clock.now():
            sentence = f"Choose a day after {consent.deadline:%d %b %Y}."
            raise Invalid(sentence, {"deadline": [sentence]})
        former, consent.deadline = consent.deadline, deadline
        consent.save(update_fields=["deadline"])
        event = RoundExtended(
            version=version.code,
            round=consent.number,
            former=moment_text(former),
            deadline=moment_text(deadline),
            private=private,
        )
        ledger.record(version, [event], actor=actor)
        return consent


def open_for_answers(version: ModelVersion) -> ConsentRound:
    """The round of a locked version in which people still answer. Raises InvalidState."""
    consent = rounds.open_round(version)
    if consent is None or version.state != State.IN_REVIEW:
        raise InvalidState(
            f"{version.code} is {version.get_state_display()}; nobody is asked about it now.",
            allowed=[],
        )
    if consent.decision_id is not None:
        raise InvalidState(
            "The round is over; whoever decides on the model has it now.", allowed=[]
        )
    return consent


def take_back(version: ModelVersion, *, reason: str, actor: Actor) -> ModelVersion:
    """A version in review, or one that was agreed, is a draft again; with a reason people read.

    Raises NotAllowed, InvalidState, Invalid without a reason.
    """
    private = with_reason(reason)
    if not private:
        sentence = "Say why; everybody who was asked reads it."
        raise Invalid(sentence, {"reason": [sentence]})
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.submit", Scope())
        if version.state not in (State.IN_REVIEW, State.AGREED):
            raise InvalidState(
                f"{version.code} is {version.get_state_display()}; there is nothing to take back.",
                allowed=[],
            )
        reassigning.void_open(parent=version, subject_kind=SUBJECT, actor=actor)
        return back_to_draft(version, Outcome.WITHDRAWN, private=private, actor=actor)


def back_to_draft(
    version: ModelVersion, how: ConsentRound.Outcome, *, private: Mapping[str, str], actor: Actor
) -> ModelVersion:
    """Close the round of a locked version, if one is open, and let the version be edited again."""
    consent = rounds.last_round(version)
    if consent is not None and consent.closed_at is None:
        consent.closed_at, consent.outcome = clock.now(), how
        consent.reason = private.get("reason", "")
        consent.save(update_fields=["closed_at", "outcome", "reason"])
    version.state, version.effective_from = State.DRAFT, None
    version.content_hash, version.without_consent = None, False
    version.save(update_fields=["state", "effective_from", "content_hash", "without_consent"])
    event = ModelReturned(
        version=version.code,
        round=consent.number if consent else 0,
        how=how,
        private=dict(private),
    )
    ledger.record(version, [event], actor=actor)
    proposing.follow(version, ChangeProposal.State.INTEGRATING, actor=actor)
    return version
