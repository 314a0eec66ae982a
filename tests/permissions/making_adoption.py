"""What a sponsor committed to in the world."""

from datetime import timedelta
from typing import Any

from governance.blueprint.kinds import ValueStream
from governance.models import Commitment, Person
from governance.selectors import commitments as known
from governance.selectors.people import actor_of_person
from governance.selectors.roles import holders
from governance.services import commitments


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


def made(stage: Any) -> bool:
    """What is made once, before any test takes back what it does."""
    return bool(commitment_of(stage))


def given(stage: Any) -> dict[str, Any]:
    """What somebody would commit to."""
    row = commitment_of(stage)
    day = {"due": row.due.isoformat()}
    return {"stream": row.stream_key, "action": "New", "wanted": "A page", **day}


PLACES = {
    "commitment": lambda stage, request: {"number": commitment_of(stage).pk},
    "sponsored": lambda stage, request: {"key": commitment_of(stage).stream_key},
}
