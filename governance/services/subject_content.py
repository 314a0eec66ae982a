"""What is decided on: how its subject tells it, its hash, and where its events go."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from esm.common.errors import NotFound
from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.services import ledger
from esm.events.types import DomainEvent, plain
from governance import registries
from governance.blueprint.serialise import content_hash
from governance.models import Decision

Emit = Callable[[DomainEvent], None]


def subject_of(decision_id: int) -> tuple[registries.Subject, int]:
    """The kind of a decision's subject and the subject's id. Raises NotFound."""
    row = Decision.objects.filter(pk=decision_id).values("subject_kind", "subject_id").first()
    if row is None:
        raise NotFound("There is no such decision.")
    return registries.subject(row["subject_kind"]), row["subject_id"]


def read(subject_kind: str, parent: ChainParent, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is decided on, read the same way when it is opened and when it is decided."""
    try:
        reader = registries.subject(subject_kind).content
    except KeyError:
        return content
    return content if reader is None else reader(parent)


def hash_at(subject_kind: str, parent: ChainParent, content: Mapping[str, Any]) -> bytes:
    """The hash of what is decided on, as it is now."""
    return hash_of(read(subject_kind, parent, content))


def hash_of(content: Mapping[str, Any]) -> bytes:
    """The hash votes are cast on."""
    return content_hash(plain(content))


def values(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The answers that conditions of rights use."""
    found = (content or {}).get("data")
    return found if isinstance(found, Mapping) else {}


def amount_text(amount: Decimal | None) -> str | None:
    """An amount as events hold it."""
    return None if amount is None else format(amount, "f")


def tell(
    parent: ChainParent, events: Sequence[DomainEvent], *, actor: Actor, emit: Emit | None
) -> None:
    """Give events to whoever records them with their own, else record them on the parent."""
    if emit is None:
        ledger.record(parent, list(events), actor=actor)
        return
    for event in events:
        emit(event)
