"""Opinions on open decisions: who is asked, what they say, and that who must agree has agreed."""

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.event_types.opinions import OpinionAsked, OpinionGiven
from governance.locks import hold_persons, lock_decision
from governance.models import AskedOpinion, Decision, Opinion
from governance.models.opinions import Part
from governance.selectors import opinions, resolving
from governance.selectors.resolving import Answer
from governance.services.subject_content import subject_of, values

MAX_TEXT = 10_000
Verdict = Opinion.Verdict


def ask(decision: Decision, answer: Answer) -> list[DomainEvent]:
    """Ask those who have a part beside deciding; of a saved, locked decision.

    Whoever was asked and still has the part stays asked; whoever has not is asked no more. The
    event of who is new to it, if anybody is.
    """
    voices = any(p.part in opinions.VOICES for p in answer.resolution.parts)
    if not voices and decision.round == 1:
        return []
    said = opinions.said_on(decision, answer.resolution.parts)
    wanted = {
        (person.pk, part): (role, right, person)
        for part, role, right, person in opinions.asked_people(answer, said)
    }
    known = {
        (row.person_id, row.part): row for row in AskedOpinion.objects.filter(decision=decision)
    }
    gone = [row.pk for key, row in known.items() if key not in wanted]
    if gone:
        AskedOpinion.objects.filter(pk__in=gone).delete()
    added = {key: found for key, found in wanted.items() if key not in known}
    if not added:
        return []
    AskedOpinion.objects.bulk_create(
        AskedOpinion(decision=decision, person_id=pk, part=part, role_key=role, right_key=right)
        for (pk, part), (role, right, _person) in added.items()
    )
    people = tuple(dict.fromkeys(person.ref for _role, _right, person in added.values()))
    return [OpinionAsked(decision=decision.seq, round=decision.round, people=people)]


def ask_again(decision: Decision) -> None:
    """A new round: what was said counts no more, everybody is asked anew."""
    AskedOpinion.objects.filter(decision=decision).update(said_at=None)


def give(decision_id: int, *, part: str, verdict: str, text: str = "", actor: Actor) -> Opinion:
    """Recommend, agree or give input, or say that one does not; again replaces what one said.

    Raises NotAllowed for who has no such part at this moment, InvalidState when it is decided,
    Invalid for an unknown part or verdict, and without a reason where one is against it.
    """
    text = text.strip()
    subject, subject_id = subject_of(decision_id)
    with transaction.atomic():
        parent = subject.lock(subject_id)
        decision = lock_decision(decision_id)
        hold_persons([actor.person_id] if actor.person_id else [])
        content = subject.content(parent) if subject.content else None
        answer = resolving.answer_for(decision, values(content))
        role, right = _must_have_part(answer, part, actor)
        if decision.state != Decision.State.OPEN:
            raise InvalidState("It is decided; nothing more can be said to it.", allowed=[])
        _check(part, verdict, text)
        row = Opinion.objects.create(
            decision=decision,
            round=decision.round,
            person_id=actor.person_id,
            part=part,
            role_key=role,
            right_key=right,
            verdict=verdict,
            text=text,
            content_hash=decision.content_hash,
        )
        mine = AskedOpinion.objects.filter(decision=decision, person_id=row.person_id, part=part)
        mine.update(said_at=clock.now())
        event = OpinionGiven(
            decision=decision.seq,
            round=decision.round,
            part=part,
            verdict=verdict,
            giver=row.person.ref,
            role=role,
            right=right,
            private={"text": text} if text else {},
        )
        ledger.record(parent, [event], actor=actor)
        return row


def lacking(decision: Decision, answer: Answer, outcome: str) -> str:
    """Why a yes has to wait for a role that must agree; "" where nothing has to."""
    parts = answer.resolution.parts
    if outcome != Decision.Outcome.APPROVE or not any(p.part == Part.AGREE for p in parts):
        return ""
    return opinions.missing_agreement(answer, opinions.said_on(decision, parts))


def must_agree(decision: Decision, answer: Answer, outcome: str) -> None:
    """Raises InvalidState where a yes has to wait for a role that must agree."""
    missing = lacking(decision, answer, outcome)
    if missing:
        raise InvalidState(missing, allowed=["decline", "refer_back"])


def _must_have_part(answer: Answer, part: str, actor: Actor) -> tuple[str, str]:
    if part not in Part.values:
        sentence = "Choose whether you recommend, agree or give input."
        raise Invalid(sentence, {"part": [sentence]})
    themselves = actor.kind == "person" and not actor.on_behalf_of
    for played in answer.resolution.parts:
        for one in played.people:
            if themselves and played.part == part and one.ref == actor.ref:
                return one.role, played.right
    raise NotAllowed("Your opinion is not part of this decision.", code="decision-opinion")


def _check(part: str, verdict: str, text: str) -> None:
    allowed = [Verdict.COMMENT] if part == Part.INPUT else [Verdict.FOR, Verdict.AGAINST]
    if verdict not in allowed:
        sentence = "Say whether you are for it or against it."
        if part == Part.INPUT:
            sentence = "Input is a comment: neither for nor against."
        raise Invalid(sentence, {"verdict": [sentence]})
    if not text and verdict != Verdict.FOR:
        sentence = "Write what you have to say; whoever decides reads it."
        raise Invalid(sentence, {"text": [sentence]})
    if len(text) > MAX_TEXT:
        sentence = f"At most {MAX_TEXT:,} characters; this has {len(text):,}."
        raise Invalid(sentence, {"text": [sentence]})
