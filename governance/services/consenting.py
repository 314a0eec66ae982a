"""Answers in a round of consent: given, given otherwise, taken back; in one's own name.

Who stands in for somebody away answers for them where they must agree. Order of locks: the version.
"""

from django.db import transaction
from django.db.models import Max

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.event_types.change import ConsentAnswered, ObjectionRaised
from governance.locks import lock_version
from governance.models import (
    ConsentAnswer,
    ConsentRound,
    ModelVersion,
    Objection,
    Person,
    RoleAssignment,
)
from governance.policies import Scope, require
from governance.selectors import change_rules
from governance.selectors.roles import stand_ins
from governance.selectors.versions import blueprint, published
from governance.services import objecting
from governance.services.submitting import open_for_answers

Answer, Part = ConsentAnswer.Answer, ConsentAnswer.Part
MAX_TEXT = 10_000
GIVEN = (Answer.NO_OBJECTION, Answer.CONCERN, Answer.OBJECTION, Answer.ABSTAIN)
NEEDS_TEXT = {
    Answer.CONCERN: "Say what concerns you; it stands on record and keeps nothing back.",
    Answer.OBJECTION: "Say what harm it would do; your objection is tested by what you write.",
}


def answer(
    version: ModelVersion,
    person: Person,
    *,
    answer: str,
    text: str = "",
    degree: int | None = None,
    actor: Actor,
) -> ConsentAnswer:
    """What ``person`` says to a version in review; again replaces it, on record.

    An objection needs a text and is tested; answering otherwise withdraws it. Raises NotAllowed
    for who is neither them nor stands in for them, NotFound for who is not asked, InvalidState
    when the round is over, Invalid.
    """
    text = text.replace("\x00", "").strip()
    with transaction.atomic():
        version = lock_version(version.pk)
        consent = open_for_answers(version)
        row = _row(consent, version, person)
        by = _must_be_theirs(row, actor)
        _check(answer, text, degree)
        events = _withdrawn_by(version, row, answer, actor)
        former, row.answer = row.answer, answer
        row.text, row.degree, row.answered_at = text, degree, clock.now()
        row.answered_by, row.carried = by, False
        row.seen_at = row.seen_at or row.answered_at
        row.save()
        if answer == Answer.OBJECTION:
            events += _objects(version, consent, row)
        said = ConsentAnswered(
            version=version.code,
            round=consent.number,
            person=row.person.ref,
            answer=answer,
            former=former,
            by=by.ref if by else "",
            private={"text": text} if text else {},
        )
        ledger.record(version, [said, *events], actor=actor)
        return row


def withdraw_answer(version: ModelVersion, person: Person, *, actor: Actor) -> ConsentAnswer:
    """Take one's answer back; an objection that was raised with it is withdrawn.

    Raises NotAllowed, NotFound, InvalidState.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        consent = open_for_answers(version)
        row = _row(consent, version, person)
        by = _must_be_theirs(row, actor)
        if not row.answer:
            raise InvalidState("There is no answer of yours to take back.", allowed=["answer"])
        events = _withdrawn_by(version, row, "", actor)
        former = row.answer
        row.answer, row.text, row.answered_at, row.degree = Answer.NONE, "", None, None
        row.answered_by, row.carried = None, False
        row.save()
        said = ConsentAnswered(
            version=version.code,
            round=consent.number,
            person=row.person.ref,
            answer="",
            former=former,
            by=by.ref if by else "",
        )
        ledger.record(version, [said, *events], actor=actor)
        return row


def _row(consent: ConsentRound, version: ModelVersion, person: Person) -> ConsentAnswer:
    """Their row in the round; whoever was given a role that must agree meanwhile joins it."""
    row = ConsentAnswer.objects.filter(round=consent, person=person)
    found = row.select_related("person").first()
    if found is not None:
        return found
    roles = _agreeing(person)
    if not roles:
        raise NotFound(f"{version.code} changes nothing for you, so you were not asked about it.")
    return ConsentAnswer(round=consent, person=person, part=Part.AGREE, roles=roles)


def _agreeing(person: Person) -> list[str]:
    former = published()
    bp = blueprint(former) if former is not None else None
    decided_as = change_rules.deciding_type(bp) if bp is not None else None
    if bp is None or decided_as is None:
        return []
    held = RoleAssignment.objects.filter(
        person=person, person__active=True, valid__contains=clock.now(),
        role__key__in=change_rules.agreeing_roles(bp, decided_as),
    )  # fmt: skip
    return sorted(set(held.values_list("role__key", flat=True)))


def _must_be_theirs(row: ConsentAnswer, actor: Actor) -> Person | None:
    """Who stands in for them now and answers; None where they answer themselves."""
    stand_in: Person | None = None
    if actor.person_id != row.person_id and row.part == Part.AGREE:
        stand_in = stand_ins([row.person_id], clock.now()).get(row.person_id)
        if stand_in is not None and stand_in.pk != actor.person_id:
            stand_in = None
    holder = stand_in.pk if stand_in else row.person_id
    require(actor, "consent.answer", Scope(holder_id=holder))
    return stand_in


def _check(answer: str, text: str, degree: int | None) -> None:
    errors: dict[str, list[str]] = {}
    if answer not in GIVEN:
        errors["answer"] = ["Choose one of the answers."]
    elif not text and Answer(answer) in NEEDS_TEXT:
        errors["text"] = [NEEDS_TEXT[Answer(answer)]]
    if len(text) > MAX_TEXT:
        errors["text"] = [f"At most {MAX_TEXT:,} characters; this has {len(text):,}."]
    if degree is not None and not 0 <= degree <= 5:
        errors["degree"] = ["Say from 0, nothing, to 5, everything, how much it changes for you."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def _withdrawn_by(
    version: ModelVersion, row: ConsentAnswer, answer: str, actor: Actor
) -> list[DomainEvent]:
    """Their open objection ends with their answer; a new text goes on only where nobody tests."""
    mine = Objection.objects.filter(
        version=version, person_id=row.person_id, state__in=Objection.OPEN
    ).first()
    if mine is None:
        return []
    if answer == Answer.OBJECTION:
        raise InvalidState(
            f"Your objection {mine.number} is {mine.get_state_display()}. Withdraw it first, or"
            " wait for what comes of it.",
            allowed=["withdraw"],
        )
    return [objecting.settled(version, mine, Objection.State.WITHDRAWN, actor=actor)]


def _objects(version: ModelVersion, consent: ConsentRound, row: ConsentAnswer) -> list[DomainEvent]:
    last = Objection.objects.filter(version=version).aggregate(last=Max("number"))["last"] or 0
    one = Objection.objects.create(
        version=version,
        round=consent,
        number=last + 1,
        person=row.person,
        role_key=row.roles[0] if row.roles else "",
        text=row.text,
    )
    return [
        ObjectionRaised(
            version=version.code,
            round=consent.number,
            objection=one.number,
            person=row.person.ref,
            role=one.role_key,
            private={"text": row.text},
        )
    ]


def note_seen(version: ModelVersion, person: Person) -> None:
    """Somebody opened what they are asked about; the first time counts. No event, no lock."""
    rows = ConsentAnswer.objects.filter(
        round__version=version, round__closed_at=None, person=person, seen_at=None
    )
    rows.update(seen_at=clock.now())
