"""What a sponsor committed to in the world."""

from datetime import timedelta
from typing import Any

from governance.blueprint.kinds import ValueStream
from governance.models import Assessment, Commitment, Person
from governance.selectors import commitments as known
from governance.selectors.people import actor_for, actor_of_person
from governance.selectors.roles import holders
from governance.services import assessments, commitments
from tests.permissions import making_improving


def _sponsored() -> tuple[str, Person]:
    """The first stream that somebody sponsors, and who."""
    bp = known.in_force()
    assert bp is not None
    for key, spec in bp.find(ValueStream).items():
        for one in holders(str(spec.sponsor_role), stream=key) if spec.sponsor_role else ():
            return key, Person.objects.get(pk=int(one.ref[2:]))
    raise AssertionError("nobody sponsors anything")


def commitment_of(stage: Any) -> Commitment:
    """What the sponsor of a stream committed to, once."""
    if "a commitment" not in stage.__dict__:
        stream, person = _sponsored()
        stage.__dict__["a commitment"] = commitments.give_commitment(
            person,
            stream,
            action="Open two seats for the fast lane",
            wanted="The version in force names both",
            due=known.today() + timedelta(days=30),
            actor=actor_of_person(person),
        )
    row: Commitment = stage.__dict__["a commitment"]
    return row


def assessment_of(stage: Any) -> Assessment:
    """An open assessment that asks the requester, once."""
    if "an assessment" not in stage.__dict__:
        steward = stage.accounts["steward"]
        row = _planned(stage, "Where we stand")
        actor = actor_for(steward)
        stage.__dict__["an assessment"] = assessments.open_assessment(row, actor=actor)
    found: Assessment = stage.__dict__["an assessment"]
    return found


def closed_of(stage: Any) -> Assessment:
    """One that is closed, once."""
    if "a closed assessment" not in stage.__dict__:
        actor = actor_for(stage.accounts["steward"])
        row = assessments.open_assessment(_planned(stage, "Where we stood"), actor=actor)
        row = assessments.close_assessment(row, actor=actor)
        stage.__dict__["a closed assessment"] = row
    found: Assessment = stage.__dict__["a closed assessment"]
    return found


def planned_of(stage: Any) -> Assessment:
    """One that nobody answers yet, once."""
    if "a planned assessment" not in stage.__dict__:
        stage.__dict__["a planned assessment"] = _planned(stage, "Where we shall stand")
    found: Assessment = stage.__dict__["a planned assessment"]
    return found


def _planned(stage: Any, title: str) -> Assessment:
    asked = Person.objects.get(users=stage.accounts["requester"])
    steward = stage.accounts["steward"]
    return assessments.plan_assessment(
        Person.objects.get(users=steward),
        title=title,
        of="organisation",
        until=known.today() + timedelta(days=30),
        people=[asked],
        actor=actor_for(steward),
    )


def made(stage: Any) -> bool:
    """What is made once, before any test takes back what it does."""
    rows = (commitment_of, assessment_of, closed_of, planned_of)
    return all(row(stage) is not None for row in rows) and making_improving.made(stage)


def to_plan(stage: Any) -> dict[str, Any]:
    """What a form asks for when an assessment is planned."""
    asked = Person.objects.get(users=stage.accounts["requester"])
    day = (known.today() + timedelta(days=30)).isoformat()
    return {"title": "New", "scope": "organisation:", "until": day, "people": asked.key}


def to_plan_told(stage: Any) -> dict[str, Any]:
    """The same by program."""
    told = to_plan(stage)
    return {"title": "New", "of": "organisation", "until": told["until"],
            "people": [told["people"]]}  # fmt: skip


def given(stage: Any) -> dict[str, Any]:
    """What somebody would commit to."""
    row = commitment_of(stage)
    day = {"due": row.due.isoformat()}
    return {"stream": row.stream_key, "action": "New", "wanted": "A page", **day}


PLACES = {
    "commitment": lambda stage, request: {"number": commitment_of(stage).pk},
    "assessment": lambda stage, request: {"number": assessment_of(stage).pk},
    "closed-assessment": lambda stage, request: {"number": closed_of(stage).pk},
    "planned-assessment": lambda stage, request: {"number": planned_of(stage).pk},
    "sponsored": lambda stage, request: {"key": commitment_of(stage).stream_key},
    **making_improving.PLACES,
}
