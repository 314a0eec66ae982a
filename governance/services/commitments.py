"""Sponsors commit to actions for their streams: given, done with what shows it, withdrawn, missed.

A commitment is the parent of its chain; that somebody stands behind a stream is told in the chain
of the person.
"""

import re
from datetime import date, timedelta

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM, Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.event_types.commitments import (
    CommitmentDone,
    CommitmentDueSoon,
    CommitmentMissed,
    CommitmentPledged,
    CommitmentWithdrawn,
    StreamSupported,
)
from governance.locks import lock_commitment, lock_person
from governance.models import Commitment, Person, SponsorSign
from governance.policies import Scope, require
from governance.selectors import commitments as known
from governance.selectors.lint_facts import today_of

State, Sign = Commitment.State, SponsorSign.Sign
MAX_TEXT, MAX_EVIDENCE = 300, 2000
WARN = timedelta(days=7)
LONGEST = timedelta(days=366)
REQUEST = re.compile(r"^R-\d{1,9}$", re.IGNORECASE)
PATH = re.compile(r"^/(requests|decisions|model|streams|flow|measures|proposals)/[\w\-./?=&%]*$")
WHERE = "Write the number of a request (R-10482), or the path of a page here (/model/findings/12/)."


def give_commitment(
    person: Person, stream: str, *, action: str, wanted: str, due: date, actor: Actor
) -> Commitment:
    """A sponsor commits to do something for their stream by the end of a day.

    Raises NotAllowed for who is not its sponsor, NotFound, Invalid with all that is wrong.
    """
    action, wanted = _line(action), _line(wanted)
    with transaction.atomic():
        require(actor, "commitment.give", Scope(holder_id=person.pk))
        bp = _sponsored(person, stream, "commitment-give")
        today = today_of(bp)
        errors = _wrong({"action": action, "wanted": wanted})
        if due < today:
            errors["due"] = ["This day is over; choose a later one."]
        elif due - today > LONGEST:
            errors["due"] = ["Choose a day within a year, and commit to a first step until then."]
        if errors:
            raise Invalid(next(iter(errors.values()))[0], errors)
        row = Commitment.objects.create(
            stream_key=stream,
            person=person,
            action=action,
            wanted=wanted,
            due=due,
            pledged_at=clock.now(),
        )
        mark_locked(row)
        event = CommitmentPledged(
            commitment=row.ref,
            stream=stream,
            person=person.ref,
            due=due.isoformat(),
            private={"action": action, "wanted": wanted},
        )
        ledger.record(row, [event], actor=actor)
        return row


def fulfil_commitment(
    row: Commitment, *, evidence: str = "", link: str = "", actor: Actor
) -> Commitment:
    """It is done: say what shows it, in words, by a link to it, or both.

    Raises NotAllowed, InvalidState where it ended or its day passed, Invalid.
    """
    evidence = evidence.replace("\x00", "").strip()
    with transaction.atomic():
        row, today = _open(row, actor)
        errors: dict[str, list[str]] = {}
        try:
            link = path_of(link)
        except Invalid as wrong:
            errors |= wrong.errors
        if len(evidence) > MAX_EVIDENCE:
            errors["evidence"] = [f"Say it in at most {MAX_EVIDENCE:,} characters."]
        if not evidence and not link and not errors:
            errors["evidence"] = ["Say what shows that it was done, or link to it."]
        if errors:
            raise Invalid(next(iter(errors.values()))[0], errors)
        row.evidence, row.link = evidence, link
        private = {"evidence": evidence} if evidence else {}
        event = CommitmentDone(
            commitment=row.ref, stream=row.stream_key, link=link, private=private
        )
        _end(row, State.DONE, event, today, actor, {"evidence": evidence, "link": link})
        return row


def withdraw_commitment(row: Commitment, *, reason: str, actor: Actor) -> Commitment:
    """It is taken back, with a reason that the other sponsors read; before its day is over.

    Raises NotAllowed, InvalidState where it ended or its day passed, Invalid without a reason.
    """
    reason = _line(reason)
    with transaction.atomic():
        row, today = _open(row, actor)
        if not reason or len(reason) > MAX_TEXT:
            said = f"Say why in at most {MAX_TEXT} characters; the other sponsors read it."
            raise Invalid(said, {"reason": [said]})
        row.reason = reason
        event = CommitmentWithdrawn(
            commitment=row.ref, stream=row.stream_key, private={"reason": reason}
        )
        _end(row, State.WITHDRAWN, event, today, actor, {"reason": reason})
        return row


def state_support(person: Person, stream: str, *, text: str = "", actor: Actor) -> SponsorSign:
    """A sponsor says that they stand behind a stream; said before, nothing is recorded.

    Raises NotAllowed for who is not its sponsor, NotFound, Invalid.
    """
    text = _line(text)
    if len(text) > MAX_TEXT:
        said = f"Say it in at most {MAX_TEXT} characters."
        raise Invalid(said, {"text": [said]})
    event = StreamSupported(
        person=person.ref, stream=stream, private={"text": text} if text else {}
    )
    return _sign(person, stream, Sign.SUPPORTED, event, text, actor)


def open_brief(person: Person, stream: str, *, actor: Actor) -> SponsorSign:
    """A sponsor opened the brief of their stream; kept the first time, as a look that changes
    nothing: no event tells of it.

    Raises NotAllowed for who is not its sponsor, NotFound.
    """
    return _sign(person, stream, Sign.OPENED, None, "", actor)


def sweep_commitments(limit: int = 500) -> int:
    """Say of what passed its day that it was missed, and warn of what comes within a week; how
    many. One query when none."""
    today = known.today()
    due = Commitment.objects.filter(state=State.PLEDGED, due__lte=today + WARN)
    late = due.filter(due__lt=today) | due.filter(reminded_at=None)
    pks = list(late.order_by("due", "pk").values_list("pk", flat=True)[:limit])
    return sum(_missed_or_warned(pk) for pk in pks)


def _missed_or_warned(pk: int) -> bool:
    with transaction.atomic():
        row, today = lock_commitment(pk), known.today()
        if row.state != State.PLEDGED:
            return False
        if row.due < today:
            event = CommitmentMissed(
                commitment=row.ref, stream=row.stream_key, due=row.due.isoformat()
            )
            _end(row, State.MISSED, event, today, SYSTEM, {})
            return True
        if row.reminded_at is not None or row.due - today > WARN:
            return False
        soon = CommitmentDueSoon(commitment=row.ref, due=row.due.isoformat())
        ledger.record(row, [soon], actor=SYSTEM, columns={"reminded_at": clock.now()})
        return True


def path_of(link: str) -> str:
    """The path of what shows something: of a request by its number, or of a page here.

    Raises Invalid for what leads elsewhere.
    """
    link = link.replace("\x00", "").strip()
    if not link:
        return ""
    if REQUEST.match(link):
        return f"/requests/{link.upper()}/"
    if len(link) > 200 or "//" in link or ".." in link or not PATH.match(link):
        raise Invalid(WHERE, {"link": [WHERE]})
    return link


def _sign(
    person: Person,
    stream: str,
    sign: SponsorSign.Sign,
    event: DomainEvent | None,
    text: str,
    actor: Actor,
) -> SponsorSign:
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "commitment.give", Scope(holder_id=person.pk))
        _sponsored(person, stream, "commitment-give")
        row, made = SponsorSign.objects.get_or_create(
            person=person,
            stream_key=stream,
            sign=sign,
            defaults={"text": text, "at": clock.now()},
        )
        if made and event is not None:
            ledger.record(person, [event], actor=actor)
        return row


def _sponsored(person: Person, stream: str, code: str) -> Blueprint:
    """The model in force, of a stream that this person sponsors. Raises NotFound, NotAllowed."""
    bp = known.in_force()
    spec = bp.peek(kinds.ValueStream, stream) if bp is not None else None
    if bp is None or spec is None:
        raise NotFound("There is no such stream.")
    if stream not in known.sponsored_by(person, bp):
        raise NotAllowed(f"You are not the sponsor of “{spec.name}”.", code=code)
    return bp


def _open(row: Commitment, actor: Actor) -> tuple[Commitment, date]:
    """The locked row of one that may still end, and the day it is."""
    row, today = lock_commitment(row.pk), known.today()
    require(actor, "commitment.settle", Scope(holder_id=row.person_id))
    if row.state != State.PLEDGED:
        raise InvalidState(f"This ended before: {row.get_state_display()}.", allowed=[])
    if row.due < today:
        raise InvalidState(
            f"Its last day was {row.due:%d %b %Y}, so it counts as missed."
            " Commit to it anew with a day you can keep.",
            allowed=[],
        )
    return row, today


def _end(
    row: Commitment,
    how: Commitment.State,
    event: DomainEvent,
    today: date,
    actor: Actor,
    columns: dict[str, object],
) -> None:
    row.state, row.ended_at, row.ended_on = how, clock.now(), today
    row.ended_by_id = actor.person_id
    columns |= {"state": how, "ended_at": row.ended_at, "ended_on": today}
    columns["ended_by_id"] = actor.person_id
    ledger.record(row, [event], actor=actor, columns=columns)


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _wrong(texts: dict[str, str]) -> dict[str, list[str]]:
    """What is wrong with the sentences that are given."""
    missing = {
        "action": "Say what you will do.",
        "wanted": "Say what will show that it was done.",
    }
    errors: dict[str, list[str]] = {}
    for name, text in texts.items():
        if not text:
            errors[name] = [missing[name]]
        elif len(text) > MAX_TEXT:
            errors[name] = [f"At most {MAX_TEXT} characters; this has {len(text):,}."]
    return errors
