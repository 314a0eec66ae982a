"""Where two people changed one element: the page that shows both, and what was chosen on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from esm.common.errors import Invalid
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing.merging import SIDES, Side, merged
from governance.blueprint.serialise import canonical
from governance.models import ModelVersion
from governance.selectors.editing import Stored, choices, content_from
from governance.selectors.wording import noun

MARK_BYTES = 32


class Place(Protocol):
    """The draft in which it happens."""

    @property
    def version(self) -> ModelVersion: ...
    @property
    def folder(self) -> str: ...


@dataclass(frozen=True)
class Case:
    """What both began with, what one typed, what is stored now, and why nothing was saved."""

    bp: Blueprint
    kind: str
    key: str
    before: dict[str, Any]
    mine: dict[str, Any]
    now: Stored
    sentence: str
    chosen: Mapping[str, Side] = field(default_factory=dict)
    status: int = 409


def mark_bytes(text: str) -> bytes | None:
    """The hash that a form carried; None for what was not there, b"" for what is no hash."""
    if not text:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if len(found) == MARK_BYTES else b""


def trusted(kind: str, text: str, mark: str) -> dict[str, Any]:
    """What the form began with, or nothing where it was not."""
    return (content_from(kind, text) or {}) if text and mark else {}


def page(request: HttpRequest, draft: Place, case: Case) -> HttpResponse:
    """Mine, theirs and before, field by field."""
    rows = choices(case.bp, case.kind, case.before, case.mine, case.now.content)
    open_ones = [row for row in rows if row.settled is None]
    shown = {
        "version": draft.version,
        "folder": draft.folder,
        "key": case.key,
        "noun": noun(case.kind),
        "case": case,
        "rows": [(row, case.chosen.get(row.path) or row.settled) for row in rows],
        "open": len(open_ones),
        "mine": canonical(case.mine),
        "before": canonical(case.before),
    }
    return render(request, "governance/editing/merge.html", shown, status=case.status)


def read(
    request: HttpRequest, bp: Blueprint, kind: str, key: str, now: Stored
) -> dict[str, Any] | Case:
    """The content that was put together; the page again where it changed meanwhile, or where a
    choice is missing. Raises Invalid for what no page sent.
    """
    sent = request.POST
    mine = content_from(kind, sent.get("-mine", ""))
    before = content_from(kind, sent.get("-before", "")) or {}
    if mine is None:
        raise Invalid(_("What was sent cannot be read. Open the element again and change it."))
    chosen: dict[str, Side] = {}
    for number, path in enumerate(sent.getlist("-path")):
        said = sent.get(f"-side.{number}", "")
        side = next((one for one in SIDES if one == said), None)
        if side is not None:
            chosen[path] = side
    if sent.get("-mark", "") != now.mark:
        sentence = _("It was changed once more meanwhile; look at it again.")
        return Case(bp, kind, key, before, mine, now, sentence, chosen)
    rows = choices(bp, kind, before, mine, now.content)
    if any(row.settled is None and row.path not in chosen for row in rows):
        sentence = _("Choose what counts of each field that both of you changed.")
        return Case(bp, kind, key, before, mine, now, sentence, chosen, status=400)
    found: dict[str, Any] = merged(before, mine, now.content, chosen)
    return found
