"""Problems are shown to the owners of their streams first: confirmed, disputed, settled."""

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance.models import Person
from governance.policies import Scope, require
from governance.selectors.critical import owns
from valueflow.event_types import (
    ProblemConfirmed,
    ProblemDisputed,
    ProblemFound,
    ProblemSettled,
)
from valueflow.locks import lock_problem
from valueflow.models import StreamProblem
from valueflow.selectors import problems
from valueflow.selectors.problem_kinds import MAX_KEY, Problem
from valueflow.selectors.scope import parse
from valueflow.selectors.stream_problems import answer_until, in_force

State = StreamProblem.State
MAX_NOTE = 2000


def keep_problems() -> int:
    """Write down the problems of the last thirteen weeks that were not found before; how many.

    From then on the owner's time to answer runs.
    """
    found = problems.find(parse({})).problems
    known = set(StreamProblem.objects.values_list("key", flat=True))
    return sum(_keep(one) for one in found if one.key not in known and len(one.key) <= MAX_KEY)


def _keep(found: Problem) -> bool:
    bp, now = in_force(), clock.now()
    if bp is None:
        return False
    with transaction.atomic():
        row, made = StreamProblem.objects.get_or_create(
            key=found.key,
            defaults={
                "kind": found.kind,
                "stream_key": found.stream,
                "found_at": now,
                "answer_until": answer_until(bp, now),
            },
        )
        if made:
            mark_locked(row)
            event = ProblemFound(
                problem=row.key,
                kind=row.kind,
                stream=row.stream_key,
                answer_until=row.answer_until.isoformat(),
            )
            ledger.record(row, [event], actor=SYSTEM)
        return made


def confirm_problem(
    problem: StreamProblem, person: Person, *, note: str = "", actor: Actor
) -> StreamProblem:
    """The owner of the stream says that it is so, with a note beside the figures.

    Raises NotAllowed, InvalidState once a dispute was settled, Invalid.
    """
    note = _text(note)
    with transaction.atomic():
        row = _answered(problem, person, note, State.CONFIRMED, actor)
        event = ProblemConfirmed(
            problem=row.key, person=person.ref, private={"note": note} if note else {}
        )
        ledger.record(row, [event], actor=actor)
        return row


def dispute_problem(
    problem: StreamProblem, person: Person, *, note: str, actor: Actor
) -> StreamProblem:
    """The owner of the stream says that it is not so, and why; it stays on record.

    Until a steward settles it executives read that it is being looked at. Raises NotAllowed,
    InvalidState once its time is over or it was settled, Invalid without a reason.
    """
    note = _text(note)
    with transaction.atomic():
        row = _answered(problem, person, note, State.DISPUTED, actor)
        event = ProblemDisputed(problem=row.key, person=person.ref, private={"note": note})
        ledger.record(row, [event], actor=actor)
        return row


def _answered(
    problem: StreamProblem, person: Person, note: str, state: StreamProblem.State, actor: Actor
) -> StreamProblem:
    row, bp = lock_problem(problem.pk), in_force()
    owner = person.pk if bp is not None and owns(person, bp, row.stream_key) else 0
    require(actor, "problem.answer", Scope(holder_id=owner))
    if row.state == State.SETTLED:
        raise InvalidState("The dispute was settled; what was said stays.", allowed=[])
    if state == State.DISPUTED and row.state == State.FOUND and clock.now() >= row.answer_until:
        raise InvalidState(
            "The time to dispute it is over. Say what you think of it in a note.", allowed=[]
        )
    if state == State.DISPUTED and not note:
        said = "Say why it is not so; a steward reads it."
        raise Invalid(said, {"note": [said]})
    row.state, row.note = state, note
    row.answered_by, row.answered_at = person, clock.now()
    row.save(update_fields=["state", "note", "answered_by", "answered_at"])
    return row


def settle_problem(
    problem: StreamProblem, person: Person, *, outcome: str, actor: Actor
) -> StreamProblem:
    """A steward says what came of a dispute; from then on everybody reads problem and dispute.

    Raises NotAllowed, InvalidState where nothing is disputed, Invalid without words.
    """
    outcome = _text(outcome, "outcome")
    with transaction.atomic():
        row = lock_problem(problem.pk)
        require(actor, "problem.settle", Scope())
        if row.state != State.DISPUTED:
            raise InvalidState("Nobody disputes it.", allowed=[])
        if not outcome:
            said = "Say what came of it; the owner reads it."
            raise Invalid(said, {"outcome": [said]})
        row.state, row.outcome = State.SETTLED, outcome
        row.settled_by, row.settled_at = person, clock.now()
        row.save(update_fields=["state", "outcome", "settled_by", "settled_at"])
        event = ProblemSettled(problem=row.key, person=person.ref, private={"outcome": outcome})
        ledger.record(row, [event], actor=actor)
        return row


def _text(text: str, name: str = "note") -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > MAX_NOTE:
        said = f"Say it in at most {MAX_NOTE:,} characters."
        raise Invalid(said, {name: [said]})
    return text
