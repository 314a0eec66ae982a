"""Reading one chain of events with its private text."""

from collections.abc import Sequence

from esm.events.chains import ChainParent
from esm.events.models import Event, EventPrivate
from esm.events.registry import EventRow


def events_of(parent: ChainParent, types: Sequence[str] = ()) -> list[EventRow]:
    """The events of a parent's chain in order, with the text that is not erased; two queries."""
    rows = Event.objects.filter(bucket=parent.chain_bucket, chain=parent.chain).order_by("seq")
    if types:
        rows = rows.filter(type__in=types)
    found = list(rows)
    with_text = [row.pk for row in found if row.private_hash is not None]
    texts = dict(
        EventPrivate.objects.filter(bucket=parent.chain_bucket, event_id__in=with_text).values_list(
            "event_id", "content"
        )
    )
    return [
        EventRow(
            id=row.pk,
            bucket=row.bucket,
            chain=row.chain,
            seq=row.seq,
            type=row.type,
            occurred_at=row.occurred_at,
            actor=row.actor,
            role=row.role,
            team=row.team,
            department=row.department,
            version=row.version,
            data=row.data,
            private=texts.get(row.pk) or {},
            subject=row.subject,
            on_behalf_of=row.on_behalf_of,
        )
        for row in found
    ]
