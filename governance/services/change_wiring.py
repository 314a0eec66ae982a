"""What agreeing to changes of the model plugs in at start: subject, notices, invariants, sights."""

from collections.abc import Callable

from esm.common import invariants
from esm.events import registries as sights
from esm.events import registry
from esm.events.registry import EventRow
from esm.notices.registries import register_kinds
from governance.locks import lock_version
from governance.registries import register_flow, register_subject
from governance.selectors import change_invariants, followed, lint_agreeing, meta_decision
from governance.services import agreeing, change_notices
from governance.services.submitting import SUBJECT


def register(tell: Callable[[EventRow], None]) -> None:
    """Called once at start; ``tell`` is the consumer that tells people."""
    register_kinds(change_notices.KINDS)
    registry.subscribe(change_notices.EVENTS, "governance.change", tell)
    checks = change_invariants
    invariants.register("C1", checks.NO_OPEN, checks.open_objections)
    invariants.register("C2", checks.ASKED, checks.asked_while_in_review)
    invariants.register("C3", checks.DECIDED, checks.decided_on_what_it_holds)
    sights.register_sight("proposal", followed.PROPOSALS)
    register_flow("agreeing", lint_agreeing.agreeing_part)
    register_subject(
        SUBJECT,
        lock=lock_version,
        summary=meta_decision.summary,
        on_decided=agreeing.on_decided,
        content=meta_decision.content,
        visible=meta_decision.visible,
        done=meta_decision.done,
    )
