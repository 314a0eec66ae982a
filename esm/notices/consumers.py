"""What the outbox owes of notices; registered in apps.py."""

from esm.events.registry import Outgoing
from esm.notices.services import digests, mails


def send_mail(outgoing: Outgoing) -> None:
    """The mail of one notice or of one digest."""
    what, _slash, pk = outgoing.item.partition("/")
    send = mails.send_digest_mail if what == "digest" else mails.send_notice_mail
    send(outgoing.delivery_id, int(pk))


def bundle(outgoing: Outgoing) -> None:
    """What is due for a person becomes one digest."""
    digests.bundle(int(outgoing.item.partition("/")[2]))
