"""A sponsor is told when the day of what they committed to comes near, and when it passed."""

from django.utils.translation import gettext_lazy as _

from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import Commitment

SOON, MISSED = "commitment.due_soon", "commitment.missed"
KINDS = (
    Kind(SOON, _("Something you committed to is due within a week"), Group.NEEDS),
    Kind(MISSED, _("The day of something you committed to has passed"), Group.OTHER),
)
EVENTS = (SOON, MISSED, "commitment.done", "commitment.withdrawn")


def tell(event: EventRow) -> None:
    """Tell whoever committed to it; once it ended nobody has to act any more."""
    pk = int(event.chain.partition("/")[2])
    row = Commitment.objects.get(pk=pk)
    if event.type != SOON:
        reading.settle(SOON, f"commitment/{pk}", event.seq)
    if event.type == SOON and row.state == Commitment.State.PLEDGED:
        title = f"Due on {row.due:%d %b %Y}: {row.action}"
        _say(event, row, SOON, title, f"What shall show it: {row.wanted}")
    elif event.type == MISSED:
        title = f"Missed on {row.due:%d %b %Y}: {row.action}"
        body = "The other sponsors see it. Commit to it anew with a day you can keep."
        _say(event, row, MISSED, title, body)


def _say(event: EventRow, row: Commitment, kind: str, title: str, body: str) -> None:
    notify.notify(
        row.person_id,
        kind=kind,
        title=title,
        body=body,
        url=f"/commitments/#c{row.pk}",
        dedupe_key=f"commitment/{row.pk}:{event.seq}",
        why=Why.CONCERNED,
    )
