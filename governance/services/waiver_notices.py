"""Who is told of a waiver: deciders when it is asked for, whoever asked of its grant and end."""

from django.utils.translation import gettext_lazy as _

from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import Waiver

ASKED, CHANGED, ENDING = "waiver.requested", "waiver.changed", "waiver.ending"
KINDS = (
    Kind(ASKED, _("A waiver waits for your decision"), Group.NEEDS),
    Kind(CHANGED, _("A waiver of yours was granted, declined or ended"), Group.OTHER),
    Kind(ENDING, _("A waiver ends within a week"), Group.OTHER),
)
EVENTS = (ASKED, "waiver.activated", "waiver.ended", ENDING)
ENDED = {
    "declined": "Your waiver was declined: {name}",
    "expired": "The waiver has ended, the rule holds again: {name}",
    "revoked": "The waiver was taken back, the rule holds again: {name}",
}


def tell(event: EventRow) -> None:
    """Tell whoever has to know; what was asked is settled once it is decided or ended."""
    pk = int(event.chain.partition("/")[2])
    row = Waiver.objects.select_related("requested_by", "decision").get(pk=pk)
    if event.type == ASKED:
        asked = [int(ref[2:]) for ref in event.data["deciders"]]
        title = f"{row.requested_by.name} asks for a waiver: {row.name}"
        if row.state == Waiver.State.REQUESTED and row.decision:
            url = f"/decisions/?decision={row.decision.pk}"
            _say(event, row, asked, ASKED, title, row.reason, url=url, why=Why.DECIDER)
        return
    if event.type == ENDING:
        granted = row.decision.decided_by_id if row.decision else None
        people = [p for p in (row.requested_by_id, granted) if p]
        title = f"A waiver ends on {row.expires_at:%d %b %Y}: {row.name}"
        body = "Change the rule or what breaks it; after that day it is refused again."
        _say(event, row, people, ENDING, title, body)
        return
    reading.settle(ASKED, f"waiver/{pk}", event.seq)
    if event.type == "waiver.activated":
        title = f"Your waiver was granted: {row.name}"
        body = f"It counts until {row.expires_at:%d %b %Y}."
    else:
        title = ENDED[event.data["how"]].format(name=row.name)
        body = event.private.get("reason", "")
    if event.actor != row.requested_by.ref:
        _say(event, row, [row.requested_by_id], CHANGED, title, body)


def _say(
    event: EventRow,
    row: Waiver,
    people: list[int],
    kind: str,
    title: str,
    body: str,
    *,
    url: str = "",
    why: str = Why.CONCERNED,
) -> None:
    notify.notify(
        people,
        kind=kind,
        title=title,
        body=body,
        url=url or f"/waivers/{row.pk}/",
        dedupe_key=f"waiver/{row.pk}:{event.seq}",
        why=why,
    )
