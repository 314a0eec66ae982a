"""What the slow worker runs for notices."""

from celery import shared_task

from esm.events.services.dispatch import dispatch
from esm.events.services.offset import follow_clock


@shared_task(name="notices.send_mail", ignore_result=True)
def send_mail() -> int:
    """Send the mails that are due; returns how many went out."""
    follow_clock()
    return dispatch("mail").done
