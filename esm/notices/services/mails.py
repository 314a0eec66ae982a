"""The mail of a notice: text and HTML from one pair of templates."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from esm.notices import registries
from esm.notices.models import Notice


def message_id(delivery_id: int) -> str:
    """The same in every attempt, so that a mail sent twice is shown once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<delivery-{delivery_id}@{domain}>"


def send_notice_mail(delivery_id: int, notice_id: int) -> bool:
    """Send it now; False when the notice or an address is gone.

    Raises what the mail backend raises: the outbox tries again, with the same Message-ID.
    """
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None:
        return False
    recipient = registries.recipients([notice.person_id]).get(notice.person_id)
    if recipient is None or not recipient.email:
        return False
    context = {
        "notice": notice,
        "recipient": recipient,
        "url": _absolute(notice.url),
        "inbox": _absolute("/inbox/"),
    }
    mail = EmailMultiAlternatives(
        # A line break in a header is refused by the backend, and titles may hold one.
        subject=" ".join(notice.title.split()),
        body=render_to_string("notices/mail.txt", context),
        to=[recipient.email],
        headers={"Message-ID": message_id(delivery_id), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return bool(mail.send())


def _absolute(path: str) -> str:
    base = str(getattr(settings, "PUBLIC_URL", "")).rstrip("/")
    return f"{base}{path}" if path.startswith("/") else path
