"""The content of a mail, written once; text and HTML are two renderings of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.notices import registries
from esm.notices.choices import Why
from esm.notices.models import Notice
from esm.notices.registries import Line, Recipient
from esm.notices.services import looks
from esm.notices.services.unsubscribing import DIGEST, token_for

BODY_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is told."""

    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one subject; without a name it stands for itself."""

    name: str
    title: str
    url: str
    code: str
    slot: int
    items: tuple[Item, ...]

    @property
    def card(self) -> SafeString:
        """Its look in HTML."""
        return looks.card(self.slot)

    @property
    def chip(self) -> SafeString:
        """The look of the department's code."""
        return looks.chip(self.slot)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``button`` is the (words, address) of what to open."""

    subject: str
    headline: str
    lead: str
    sections: tuple[Section, ...]
    button: tuple[str, str]
    reason: str
    unsubscribe_url: str
    unsubscribe_words: str
    preferences_url: str
    thread: str = ""


def of_notice(notice: Notice, recipient: Recipient, line: Line | None, *, open_: bool) -> Letter:
    """The mail of one notice. Without ``open_`` it says no more than the title."""
    title = " ".join(notice.title.split())
    name = line.name if line and open_ else ""
    kind = registries.kind(notice.kind)
    body = notice.body[:BODY_LENGTH] if open_ else ""
    section = _section([Item("", body, notice.created_at)], line if open_ else None)
    offered = registries.button(notice.kind, notice.person_id, notice.subject) if open_ else None
    there = notice.url if open_ and notice.url else "/inbox/"
    words, target = offered or (_("Open it in the portal"), there)
    why = dict(Why.choices).get(notice.why) or Why.CONCERNED.label
    return Letter(
        subject=title if not name or name in title else f"{name}: {title}",
        headline=title,
        lead="",
        sections=(section,) if body or name else (),
        button=(words, _absolute(target)),
        reason=_("You get this because %(why)s.") % {"why": why},
        unsubscribe_url=unsubscribe_url(recipient.person_id, notice.kind),
        unsubscribe_words=_("No more mails like this: %(kind)s") % {"kind": kind.label},
        preferences_url=_absolute("/inbox/preferences/"),
        thread=notice.subject,
    )


def of_digest(
    notices: Sequence[Notice], recipient: Recipient, lines: dict[str, Line], blind: set[int]
) -> Letter:
    """One mail of several notices, by subject; of those in ``blind`` it says the title alone."""
    groups: dict[str, list[Notice]] = {}
    for row in notices:
        groups.setdefault(row.subject or f"notice/{row.pk}", []).append(row)
    sections = tuple(
        _section(
            [_item(row, row.pk in blind) for row in rows],
            None if rows[0].pk in blind else lines.get(subject),
        )
        for subject, rows in groups.items()
    )
    n = len(notices)
    words = ngettext("%(n)s thing happened", "%(n)s things happened", n) % {"n": n}
    first = sections[0].items[0].title
    return Letter(
        subject=f"{words}: {first}" if n == 1 else words,
        headline=words,
        lead=_("What is new to you since the last mail, by request."),
        sections=sections,
        button=(_("Open your notices"), _absolute("/inbox/")),
        reason=_("You get this in one mail because you chose a digest or quiet hours."),
        unsubscribe_url=unsubscribe_url(recipient.person_id, DIGEST),
        unsubscribe_words=_("No more digests"),
        preferences_url=_absolute("/inbox/preferences/"),
    )


def context(letter: Letter, recipient: Recipient) -> dict[str, Any]:
    """What both templates are given."""
    return {"letter": letter, "recipient": recipient, "look": looks.LOOK}


def unsubscribe_url(person_id: int, kind: str) -> str:
    """The absolute address that ends mails of a kind."""
    return _absolute(f"/inbox/unsubscribe/{token_for(person_id, kind)}/")


def _item(row: Notice, blind: bool) -> Item:
    title = " ".join(row.title.split())
    return Item(title, "" if blind else row.body[:BODY_LENGTH], row.created_at)


def _section(items: Sequence[Item], line: Line | None) -> Section:
    if line is None:
        return Section("", "", "", "", 0, tuple(items))
    url = _absolute(line.url)
    return Section(line.name, line.title, url, line.code, line.slot, tuple(items))


def _absolute(path: str) -> str:
    base = str(getattr(settings, "PUBLIC_URL", "")).rstrip("/")
    return f"{base}{path}" if path.startswith("/") else path
