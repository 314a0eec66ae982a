"""What assessments plug in at start: notices and sights."""

from collections.abc import Callable

from esm.events import registries as sights
from esm.events import registry
from esm.events.registry import EventRow
from esm.notices.registries import register_kinds
from governance.selectors import followed
from governance.services import assessment_notices


def register(tell: Callable[[EventRow], None]) -> None:
    """Called once at start; ``tell`` is the consumer that tells people."""
    register_kinds(assessment_notices.KINDS)
    registry.subscribe(assessment_notices.EVENTS, "governance.assessment", tell)
    sights.register_sight("assessment", followed.ASSESSMENTS)
