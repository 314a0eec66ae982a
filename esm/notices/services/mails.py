"""Sending mails. What a person may no longer see is not sent, whenever it was written."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac

from esm.notices import registries
from esm.notices.models import Notice
from esm.notices.registries import Recipient
from esm.notices.services import letters
from esm.notices.services.letters import Letter
from esm.notices.services.moments import zone_of


def message_id(delivery_id: int) -> str:
    """The same in every attempt, so that a mail sent twice is shown once."""
    return f"<delivery-{delivery_id}@{_domain()}>"


def thread_id(subject: str) -> str:
    """What all mails about one subject answer to, so that they are one thread."""
    mark = salted_hmac("notices.thread", subject).hexdigest()[:24]
    return f"<thread-{mark}@{_domain()}>"


def send_notice_mail(delivery_id: int, notice_id: int) -> bool:
    """Send it now; False when the notice, an address or the right to see it is gone.

    Raises what the mail backend raises: the outbox tries again, with the same Message-ID.
    """
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None:
        return False
    recipient = _reached(notice.person_id)
    told, blind = _told(notice.person_id, [notice])
    if recipient is None or not told:
        return False
    line = registries.lines({notice.subject} if not blind else ()).get(notice.subject)
    letter = letters.of_notice(notice, recipient, line, open_=not blind)
    return _send(letter, recipient, delivery_id)


def send_digest_mail(delivery_id: int, digest_id: int) -> bool:
    """Send what a digest holds and its person may still see; False when nothing is left."""
    rows = list(Notice.objects.filter(digest_id=digest_id).order_by("pk"))
    if not rows:
        return False
    recipient = _reached(rows[0].person_id)
    told, blind = _told(rows[0].person_id, rows)
    if recipient is None or not told:
        return False
    lines = registries.lines({row.subject for row in told if row.pk not in blind})
    if len(told) == 1:
        open_ = not blind
        letter = letters.of_notice(told[0], recipient, lines.get(told[0].subject), open_=open_)
    else:
        letter = letters.of_digest(told, recipient, lines, blind)
    return _send(letter, recipient, delivery_id)


def _reached(person_id: int) -> Recipient | None:
    """The person with an address, if they are still here."""
    found = registries.recipients([person_id]).get(person_id)
    return found if found and found.email else None


def _told(person_id: int, rows: Sequence[Notice]) -> tuple[list[Notice], set[int]]:
    """What may be told now, and the ids of those of which only the title may."""
    subjects = {row.subject for row in rows if row.subject}
    seen = registries.visible_subjects(person_id, subjects) if subjects else set()
    told, blind = [], set()
    for row in rows:
        if not row.subject or row.subject in seen:
            told.append(row)
        elif registries.kind(row.kind).blind:
            told.append(row)
            blind.add(row.pk)
    return told, blind


def _send(letter: Letter, recipient: Recipient, delivery_id: int) -> bool:
    headers = {
        "Message-ID": message_id(delivery_id),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if letter.thread:
        root = thread_id(letter.thread)
        headers |= {"In-Reply-To": root, "References": root}
    context = letters.context(letter, recipient)
    with timezone.override(zone_of(recipient.zone)):
        text = render_to_string("notices/mail.txt", context)
        html = render_to_string("notices/mail.html", context)
    mail = EmailMultiAlternatives(
        # A line break in a header is refused by the backend, and titles may hold one.
        subject=" ".join(letter.subject.split()),
        body=text,
        to=[recipient.email],
        headers=headers,
    )
    mail.attach_alternative(html, "text/html")
    return bool(mail.send())


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
