"""What delegations plug in at start: notices and invariants."""

from collections.abc import Callable

from esm.common import invariants
from esm.events import registry
from esm.events.registry import EventRow
from esm.notices.registries import register_kinds
from governance.selectors import delegation_invariants as given
from governance.services import delegation_notices


def register(tell: Callable[[EventRow], None]) -> None:
    """Called once at start; ``tell`` is the consumer that tells people."""
    register_kinds(delegation_notices.KINDS)
    registry.subscribe(delegation_notices.EVENTS, "governance.delegation", tell)
    for check in (
        given.decided_within_what_was_given,
        given.voted_within_what_was_given,
        given.counted_once_accepted,
    ):
        invariants.register("I17", given.SENTENCE, check)
