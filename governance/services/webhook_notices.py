"""Who is told that a webhook fails, and when that is settled."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from esm.events.models import WebhookEndpoint
from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import Person, Program

TRIPPED = "webhook.tripped"
KINDS = (Kind(TRIPPED, _("A webhook that you keep or look after fails"), Group.NEEDS),)
LONGEST_NAME = 80


def tell_tripped(event: EventRow) -> None:
    """Tell its owner and the administrators, or who answers for its program, once per trip."""
    row = WebhookEndpoint.objects.select_related("owner").filter(pk=event.parent_id).first()
    if row is None or row.condition != "tripped":
        # Somebody dealt with it meanwhile, or it arrived.
        return
    own = _persons(Q(users=row.owner_id))
    keepers = own | _persons(Q(users__is_admin=True, users__is_active=True))
    answering = _answering(row)
    name = str(row)
    name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    count = event.data["failures"]
    title = f"The webhook “{name}” fails: {count} attempts in a row did not arrive"
    said = str(event.private.get("error", ""))
    waits = "What waits is kept for 72 hours and tried again by itself, at least every half hour."
    key = f"{event.chain}:{event.seq}"
    notify.notify(
        keepers,
        kind=TRIPPED,
        title=title,
        body=_body(said, waits, "Open it, see what the receiver answered, mend the receiver or the"
                   " address, then press Resume."),
        url=f"/webhooks/{row.key}/",
        dedupe_key=key,
        why={pk: Why.CONCERNED if pk in own else Why.ROLE for pk in keepers},
    )  # fmt: skip
    notify.notify(
        answering - keepers,
        kind=TRIPPED,
        title=title,
        body=_body("", waits, f"It belongs to the program {row.owner.username}, for which you"
                   " answer. See that its receiver is mended; an administrator can then resume it"
                   " at once, under Webhooks."),
        dedupe_key=key,
        why=Why.ROLE,
    )  # fmt: skip


def settle(event: EventRow) -> None:
    """It was resumed, arrived again or has ended: what was told of it before is settled."""
    reading.settle(TRIPPED, event.chain, event.seq)


def _body(*sentences: str) -> str:
    return " ".join(one for one in sentences if one)


def _persons(which: Q) -> set[int]:
    return set(Person.objects.filter(which, active=True).values_list("pk", flat=True))


def _answering(row: WebhookEndpoint) -> set[int]:
    """Who answers for the program whose it is."""
    found = Program.objects.filter(account__user=row.owner_id, owner__active=True)
    return set(found.values_list("owner_id", flat=True))
