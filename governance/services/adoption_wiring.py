"""What commitments of sponsors and assessments plug in at start: notices and sights."""

from collections.abc import Callable

from esm.events import registries as sights
from esm.events import registry
from esm.events.registry import EventRow
from esm.notices.registries import register_kinds
from governance.selectors import followed
from governance.services import assessment_notices, commitment_notices

Tell = Callable[[EventRow], None]


def register(tell_commitment: Tell, tell_assessment: Tell) -> None:
    """Called once at start with the consumers that tell people."""
    register_kinds(commitment_notices.KINDS)
    registry.subscribe(commitment_notices.EVENTS, "governance.commitment", tell_commitment)
    sights.register_sight("commitment", followed.COMMITMENTS)
    register_kinds(assessment_notices.KINDS)
    registry.subscribe(assessment_notices.EVENTS, "governance.assessment", tell_assessment)
    sights.register_sight("assessment", followed.ASSESSMENTS)
