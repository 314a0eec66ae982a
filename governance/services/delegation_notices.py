"""Who is told of a delegation: the delegate when it is offered, the giver of the answer, the other
side, or both, when it ends."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from esm.common.ui import moments
from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import Delegation, Person
from governance.selectors import delegable

OFFERED, CHANGED = "delegation.proposed", "delegation.changed"
KINDS = (
    Kind(OFFERED, _("Somebody asks you to decide for them"), Group.NEEDS),
    Kind(CHANGED, _("A delegation of yours was answered or ended"), Group.OTHER),
)
EVENTS = (OFFERED, "delegation.accepted", "delegation.declined", "delegation.revoked")
WHY_ENDED = {
    Delegation.Cause.GIVER: "{giver} took it back.",
    Delegation.Cause.DELEGATE: "{delegate} gave it back.",
    Delegation.Cause.ADMINISTRATOR: "An administrator ended it.",
    Delegation.Cause.ROLE: "{giver} no longer holds what was given.",
    Delegation.Cause.LEFT: "One of you has left.",
}


def tell(event: EventRow) -> None:
    """Tell whoever has to know; what was offered is settled once it is answered or ended."""
    pk = event.data["delegation"]
    row = Delegation.objects.select_related("giver", "delegate").get(pk=pk)
    what = delegable.name_of(delegable.in_force(), row.of, row.key)
    if event.type == OFFERED:
        if row.state == Delegation.State.PROPOSED:
            title = f"{row.giver.name} asks you to decide for them while they are away: {what}"
            _say(event, row, row.delegate, OFFERED, title, _period(row))
        return
    reading.settle(OFFERED, f"delegation/{pk}", event.seq)
    if event.type == "delegation.accepted":
        title = f"{row.delegate.name} decides for you while you are away: {what}"
        _say(event, row, row.giver, CHANGED, title, "It was accepted and counts in its time.")
    elif event.type == "delegation.declined":
        title = f"{row.delegate.name} declined to decide for you: {what}"
        why = event.private.get("reason", "")
        _say(event, row, row.giver, CHANGED, title, f"{why} Offer it to somebody else.".strip())
    else:
        _ended(event, row, what)


def _ended(event: EventRow, row: Delegation, what: str) -> None:
    cause = event.data["cause"]
    done_by = {"giver": row.giver_id, "delegate": row.delegate_id}.get(cause)
    said = WHY_ENDED[Delegation.Cause(cause)]
    said = said.format(giver=row.giver.name, delegate=row.delegate.name)
    why = event.private.get("reason", "")
    for person, other in ((row.giver, row.delegate), (row.delegate, row.giver)):
        if person.pk != done_by and person.active:
            title = f"The delegation between you and {other.name} has ended: {what}"
            _say(event, row, person, CHANGED, title, f"{said} {why}".strip())


def _period(row: Delegation) -> str:
    with timezone.override(row.delegate.zone):
        first, last = moments.day(row.valid.lower), moments.moment(row.valid.upper)
    return f"From {first} until {last}. It counts once you accept; you may decline."


def _say(
    event: EventRow, row: Delegation, person: Person, kind: str, title: str, body: str
) -> None:
    notify.notify(
        person.pk,
        kind=kind,
        title=title,
        body=body,
        url=f"/delegations/{row.pk}/",
        dedupe_key=f"delegation/{row.pk}:{event.seq}",
        why=Why.CONCERNED,
    )
