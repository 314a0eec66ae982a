"""All row locks of this app, in the order of primary keys."""

from datetime import datetime

from esm.notices.models import Notice


def due_for_update(person_id: int, now: datetime) -> list[Notice]:
    """What is due in a digest of a person and in none yet, locked."""
    rows = Notice.objects.select_for_update().filter(
        person_id=person_id, digest__isnull=True, bundle_at__lte=now
    )
    return list(rows.order_by("pk"))
