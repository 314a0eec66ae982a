"""Senders of what notices owe; registered in apps.py."""

from esm.events.registry import Outgoing
from esm.notices.services.mails import send_notice_mail


def send_notice(outgoing: Outgoing) -> None:
    """The mail of one notice."""
    send_notice_mail(outgoing.delivery_id, int(outgoing.item.partition("/")[2]))
