"""Saved replies somebody may use, and their text with the placeholders of a request filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from esm.common.errors import NotFound
from esm.common.ui import moments
from governance.selectors import people, sharing, versions
from governance.selectors.people import Account
from workflows.models import Request, SavedReply, StageVisit

PAGE = 50
OFFERED = 8
# What may stand between double braces. Anything else stays as it is written: a saved reply is
# no template, it knows neither attributes nor calls.
PLACEHOLDERS: Mapping[str, str] = {
    "requester": "who asked",
    "ref": "the number, such as R-10482",
    "title": "what was asked for",
    "service": "the service",
    "step": "the step where it is",
    "team": "the team that has it",
    "promised": "the promised moment",
    "me": "your name",
}
_MARK = re.compile(r"\{\{[ \t]{0,10}([a-z_]{1,30})[ \t]{0,10}\}\}")
_BRACES = re.compile(r"\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}")


@dataclass(frozen=True)
class Filled:
    """A saved reply and its text for one request."""

    reply: SavedReply
    text: str


def visible_to(user: Account) -> QuerySet[SavedReply]:
    """The saved replies a user may use."""
    return sharing.shared_with(user, SavedReply.objects.all())


def by_id(user: Account, pk: int) -> SavedReply:
    """One of them. Raises NotFound, for hidden, removed and missing alike."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("This saved reply does not exist.")
    return found


def matching(user: Account, text: str) -> QuerySet[SavedReply]:
    """Those whose name or text holds the words typed, by name."""
    rows = visible_to(user).order_by("name", "pk")
    text = text.replace("\x00", "").strip()[:80]
    return rows.filter(Q(name__icontains=text) | Q(body__icontains=text)) if text else rows


def render(body: str, values: Mapping[str, str]) -> str:
    """The text with known placeholders replaced, once: what is filled in is not read again."""
    return _MARK.sub(lambda m: values.get(m[1], m[0]), body)


def unknown(body: str) -> list[str]:
    """What looks like a placeholder and is none; it stays as it is written."""
    marks = dict.fromkeys(_BRACES.findall(body))
    return [m for m in marks if not ((k := _MARK.fullmatch(m)) and k[1] in PLACEHOLDERS)]


def values_for(user: Account, request: Request) -> dict[str, str]:
    """The placeholders of a visible request, as words."""
    person = people.person_for(user)
    live = request.visits.filter(state__in=StageVisit.LIVE).select_related("team").order_by("seq")
    bp = versions.blueprint(request.version_id)
    visits = list(live)
    steps = dict.fromkeys(bp.stage(request.workflow_key, v.stage_key).name for v in visits)
    return {
        "requester": request.requester.name,
        "ref": request.ref,
        "title": request.title,
        "service": request.service.name,
        "step": ", ".join(steps),
        "team": ", ".join(dict.fromkeys(v.team.name for v in visits)),
        "promised": moments.moment(request.promised_at) if request.promised_at else "",
        "me": person.name if person else "",
    }


def offered(user: Account, request: Request, text: str = "") -> list[Filled]:
    """The first replies that match what was typed, filled for this request."""
    rows = list(matching(user, text)[:OFFERED])
    values = values_for(user, request) if rows else {}
    return [Filled(row, render(row.body, values)) for row in rows]


def page_of(user: Account, *, text: str = "", after: str = "") -> tuple[list[SavedReply], str]:
    """One page by name and where the next one begins."""
    rows: Any = matching(user, text)
    if after:
        mark = visible_to(user).filter(pk=int(after)).first() if after.isdecimal() else None
        if mark is not None:
            rows = rows.filter(Q(name__gt=mark.name) | Q(name=mark.name, pk__gt=mark.pk))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
