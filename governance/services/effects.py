"""Effects that got stuck: an administrator has them tried again, or discards them."""

from collections.abc import Sequence

from esm.events.actors import Actor
from esm.events.services import undelivered
from governance import policies


def retry(keys: Sequence[str], *, reason: str = "", actor: Actor) -> int:
    """Have them tried again at once; how many. Raises NotAllowed, Conflict."""
    policies.require(actor, "effects.keep", policies.Scope())
    return undelivered.retry(keys, reason=reason, actor=actor)


def discard(keys: Sequence[str], *, reason: str, actor: Actor) -> int:
    """Let them never happen; how many. Raises NotAllowed, Invalid, Conflict."""
    policies.require(actor, "effects.keep", policies.Scope())
    return undelivered.discard(keys, reason=reason, actor=actor)
