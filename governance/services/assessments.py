"""Assessments of maturity: planned, opened to those who are asked, closed with facts, published."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import SYSTEM, Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance.blueprint.adoption.maturity import clean
from governance.blueprint.blueprint import Blueprint
from governance.event_types.assessments import (
    AssessmentAnswered,
    AssessmentClosed,
    AssessmentOpened,
    AssessmentPlanned,
    AssessmentPublished,
)
from governance.locks import lock_assessment
from governance.models import Assessment, AssessmentAnswer, Person
from governance.policies import Scope, require
from governance.selectors import assessments as known
from governance.selectors.lint_facts import today_of
from governance.selectors.versions import blueprint, published

State, Of = Assessment.State, Assessment.Of
MAX_TITLE, MAX_PEOPLE = 200, 500
KINDS = {Of.DEPARTMENT: "Department", Of.STREAM: "ValueStream"}


def plan_assessment(
    person: Person,
    *,
    title: str,
    of: str,
    key: str = "",
    until: date,
    people: Sequence[Person],
    actor: Actor,
) -> Assessment:
    """Plan an assessment of the organisation, a department or a stream, and whom it asks.

    Raises NotAllowed, InvalidState without a model in force, Invalid with all that is wrong.
    """
    title = " ".join(title.replace("\x00", "").split())
    asked = {one.pk: one for one in people}
    with transaction.atomic():
        require(actor, "assessment.run", Scope())
        bp = _in_force()
        errors: dict[str, list[str]] = {}
        if not title or len(title) > MAX_TITLE:
            errors["title"] = [f"Say in at most {MAX_TITLE} characters what it is about."]
        if of not in Of.values or (of == Of.ORGANISATION) != (key == ""):
            errors["scope"] = ["Choose the organisation, a department or a stream."]
        elif key and (KINDS[Of(of)], key) not in bp:
            errors["scope"] = ["The model in force has no department or stream of this key."]
        if until < today_of(bp):
            errors["until"] = ["This day is over; choose a later one."]
        if not 1 <= len(asked) <= MAX_PEOPLE:
            errors["people"] = [f"Name from 1 to {MAX_PEOPLE} people who are asked."]
        if errors:
            raise Invalid(next(iter(errors.values()))[0], errors)
        row = Assessment.objects.create(
            title=title, of=of, key=key, until=until, planned_by=person, planned_at=clock.now()
        )
        mark_locked(row)
        AssessmentAnswer.objects.bulk_create(
            [AssessmentAnswer(assessment=row, person=one) for one in asked.values()]
        )
        event = AssessmentPlanned(
            assessment=row.ref,
            of=of,
            key=key,
            until=until.isoformat(),
            asked=len(asked),
            private={"title": title},
        )
        ledger.record(row, [event], actor=actor)
        return row


def open_assessment(row: Assessment, *, actor: Actor) -> Assessment:
    """Let those who are asked answer. Raises NotAllowed, InvalidState."""
    with transaction.atomic():
        row = _in_state(row, State.PLANNED, actor)
        if row.until < known.today():
            raise InvalidState("Its last day is over; plan it anew.", allowed=[])
        row.state, row.opened_at = State.OPEN, clock.now()
        event = AssessmentOpened(assessment=row.ref, until=row.until.isoformat())
        columns = {"state": row.state, "opened_at": row.opened_at}
        ledger.record(row, [event], actor=actor, columns=columns)
        return row


def answer_assessment(
    row: Assessment, person: Person, *, levels: Mapping[str, object], actor: Actor
) -> AssessmentAnswer:
    """Somebody who is asked gives levels from 0 to 5 by question; answered anew, the last counts.

    What is left out says that they cannot tell. Raises NotAllowed, NotFound for who is not asked,
    InvalidState, Invalid.
    """
    with transaction.atomic():
        row = lock_assessment(row.pk)
        require(actor, "assessment.answer", Scope(holder_id=person.pk))
        given = AssessmentAnswer.objects.filter(assessment=row, person=person).first()
        if given is None:
            raise NotFound("You are not asked in this assessment.")
        if row.state != State.OPEN or row.until < known.today():
            raise InvalidState("It is not open for answers.", allowed=[])
        good, wrong = clean(levels)
        if wrong or not good:
            said = "Choose a level from 0 to 5, or leave it out where you cannot tell."
            raise Invalid(said, {code: [said] for code in wrong} or {"": [said]})
        given.levels, given.answered_at = good, clock.now()
        given.save(update_fields=["levels", "answered_at"])
        ledger.record(row, [AssessmentAnswered(assessment=row.ref)], actor=actor)
        return given


def close_assessment(row: Assessment, *, actor: Actor) -> Assessment:
    """Nobody answers any more; the levels that facts give now are kept.

    Raises NotAllowed, InvalidState.
    """
    with transaction.atomic():
        row = _in_state(row, State.OPEN, actor)
        _close(row, actor)
        return row


def publish_assessment(row: Assessment, *, actor: Actor) -> Assessment:
    """Let everybody read its figures. Raises NotAllowed, InvalidState."""
    with transaction.atomic():
        row = _in_state(row, State.CLOSED, actor)
        row.state, row.published_at = State.PUBLISHED, clock.now()
        columns = {"state": row.state, "published_at": row.published_at}
        ledger.record(row, [AssessmentPublished(assessment=row.ref)], actor=actor, columns=columns)
        return row


def sweep_assessments() -> int:
    """Close those whose last day is over; how many. One query when none."""
    today = known.today()
    over = Assessment.objects.filter(state=State.OPEN, until__lt=today)
    count = 0
    for pk in list(over.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = lock_assessment(pk)
            if row.state == State.OPEN and row.until < today:
                _close(row, SYSTEM)
                count += 1
    return count


def _close(row: Assessment, actor: Actor) -> None:
    version, bp = published(), _in_force()
    found = known.computed_now(bp, row.of, row.key)
    row.computed = {code: asdict(one) for code, one in found.items()}
    row.state, row.closed_at = State.CLOSED, clock.now()
    row.version = version.code if version else ""
    answers = AssessmentAnswer.objects.filter(assessment=row)
    event = AssessmentClosed(
        assessment=row.ref,
        answered=answers.filter(answered_at__isnull=False).count(),
        asked=answers.count(),
    )
    names = ("state", "closed_at", "computed", "version")
    columns = {name: getattr(row, name) for name in names}
    ledger.record(row, [event], actor=actor, columns=columns)


def _in_state(row: Assessment, state: str, actor: Actor) -> Assessment:
    row = lock_assessment(row.pk)
    require(actor, "assessment.run", Scope())
    if row.state != state:
        raise InvalidState(f"{row.ref} is {row.get_state_display()}.", allowed=[])
    return row


def _in_force() -> Blueprint:
    version = published()
    if version is None:
        raise InvalidState("No model is in force yet; publish one first.", allowed=[])
    return blueprint(version)
