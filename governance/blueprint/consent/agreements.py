"""Which handoff agreements a version touches, and who signs them: the leads of both teams."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Department, HandoffAgreement, Team
from governance.blueprint.serialise import content_hash

Side = Literal["giver", "receiver"]


@dataclass(frozen=True, slots=True)
class Touched:
    """One side of an agreement that is new or other; ``role`` signs, "" where nobody leads."""

    key: str
    mark: bytes
    side: Side
    team: str
    role: str


def mark_of(spec: HandoffAgreement) -> bytes:
    """The mark of what is signed: all of it but who signed."""
    return content_hash(spec.model_copy(update={"signed_by": ()}))


def lead_of(bp: Blueprint, team: str) -> str:
    """The role that leads a team, else that heads its department; "" where there is none."""
    spec = bp.peek(Team, team)
    if spec is None:
        return ""
    if spec.lead_role:
        return str(spec.lead_role)
    department = bp.peek(Department, spec.department)
    return str(department.head_role or "") if department else ""


def touched_agreements(before: Blueprint, after: Blueprint) -> list[Touched]:
    """Both sides of each agreement of ``after`` that does not stand like this in ``before``."""
    return list(_touched(before, after))


def _touched(before: Blueprint, after: Blueprint) -> Iterator[Touched]:
    known = {key: mark_of(spec) for key, spec in before.find(HandoffAgreement).items()}
    for key, spec in sorted(after.find(HandoffAgreement).items()):
        mark = mark_of(spec)
        if known.get(key) == mark:
            continue
        yield Touched(key, mark, "giver", spec.giver_team, lead_of(after, spec.giver_team))
        yield Touched(key, mark, "receiver", spec.receiver_team, lead_of(after, spec.receiver_team))
