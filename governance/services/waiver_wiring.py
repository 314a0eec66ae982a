"""What waivers and controls plug in at start: subject, notices, invariants, sights."""

from collections.abc import Callable

from esm.common import invariants
from esm.events import registries as sights
from esm.events import registry
from esm.events.registry import EventRow
from esm.notices.registries import register_kinds
from governance.locks import lock_waiver
from governance.registries import register_subject
from governance.selectors import followed
from governance.selectors import waivers as granted
from governance.services import waiver_notices, waivers


def register(tell: Callable[[EventRow], None]) -> None:
    """Called once at start; ``tell`` is the consumer that tells people."""
    register_kinds(waiver_notices.KINDS)
    registry.subscribe(waiver_notices.EVENTS, "governance.waiver", tell)
    invariants.register("W1", granted.OTHERS, granted.granted_without_another)
    invariants.register("W2", granted.ONCE, granted.overlapping)
    sights.register_sight("waiver", followed.WAIVERS)
    sights.register_sight("control", followed.PEOPLE)
    register_subject(
        "waiver",
        lock=lock_waiver,
        summary=granted.summary,
        on_decided=waivers.on_decided,
        content=granted.content,
        visible=granted.visible,
    )
