"""Sources of messages and what became of them; for administrators."""

from django.db.models import QuerySet

from esm.common.errors import NotFound
from workflows import mapping
from workflows.models import InboundMessage, InboundSource


def sources() -> QuerySet[InboundSource]:
    """All of them, newest first."""
    return InboundSource.objects.select_related("program", "requester", "offering")


def by_key(key: str) -> InboundSource:
    """One source. Raises NotFound."""
    row = sources().filter(key=key).first()
    if row is None:
        raise NotFound("There is no such source.")
    return row


def messages_of(source: InboundSource) -> QuerySet[InboundMessage]:
    """Its believed messages, newest first."""
    return InboundMessage.objects.filter(source=source).order_by("-id")


def mapping_text(source: InboundSource) -> str:
    """Where the answers stand, as it was written."""
    return mapping.text_of(source.mapping)
