"""A problem that was kept and opportunities in the world."""

from decimal import Decimal
from typing import Any

from governance.blueprint.kinds import ValueStream
from governance.models import Person
from governance.selectors import commitments as known
from governance.selectors.people import actor_for
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors.problem_kinds import Problem
from valueflow.services import improvements, stream_problems
from valueflow.services.improvements import Judgement


def stream_of() -> str:
    """A stream of the model in force."""
    bp = known.in_force()
    assert bp is not None
    return next(iter(bp.find(ValueStream)))


def problem_of(stage: Any) -> StreamProblem:
    """A problem that was kept, once."""
    if "a problem" not in stage.__dict__:
        found = Problem("rework", stream_of(), "registration", "Registration", 9.0, 9, "", "", ())
        stream_problems._keep(found)
        stage.__dict__["a problem"] = StreamProblem.objects.get(key=found.key)
    row: StreamProblem = stage.__dict__["a problem"]
    return row


def improvement_of(stage: Any) -> ImprovementOpportunity:
    """What the requester raised, once."""
    if "an improvement" not in stage.__dict__:
        stage.__dict__["an improvement"] = _raised(stage, "Ask once")
    row: ImprovementOpportunity = stage.__dict__["an improvement"]
    return row


def looked_at(stage: Any) -> ImprovementOpportunity:
    """One that was looked at, once."""
    if "a judged improvement" not in stage.__dict__:
        row = _raised(stage, "Ask earlier")
        said = Judgement(
            days=Decimal(1), volume=9, effort=1, kind="process", owner=_person(stage, "steward")
        )
        actor = actor_for(stage.accounts["steward"])
        stage.__dict__["a judged improvement"] = improvements.judge(row, said, actor=actor)
    row = stage.__dict__["a judged improvement"]
    return row


def _person(stage: Any, name: str) -> Person:
    return Person.objects.get(users=stage.accounts[name])


def _raised(stage: Any, title: str) -> ImprovementOpportunity:
    actor = actor_for(stage.accounts["requester"])
    return improvements.raise_opportunity(
        _person(stage, "requester"), stream_of(), title=title, actor=actor
    )


def to_judge(stage: Any) -> dict[str, Any]:
    """What it would bring and take."""
    owner = _person(stage, "steward").key
    return {"days": "1.5", "volume": "9", "effort": "2", "kind": "process", "owner": owner}


def to_raise(stage: Any) -> dict[str, Any]:
    """What could be better."""
    return {"stream": stream_of(), "title": "Ask only once", "text": "A form"}


def made(stage: Any) -> bool:
    """What is made once, before any test takes back what it does."""
    return all(row(stage) is not None for row in (problem_of, improvement_of, looked_at))


PLACES = {
    "kept-problem": lambda stage, request: {"number": problem_of(stage).pk},
    "improvement": lambda stage, request: {"number": improvement_of(stage).pk},
    "looked-at": lambda stage, request: {"number": looked_at(stage).pk},
    "move-accept": lambda stage, request: {"number": looked_at(stage).pk, "move": "accept"},
}
