"""A draft is brought up to what came into force since: what comes by itself, and what is chosen."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from esm.common.errors import Conflict, Invalid, InvalidState
from governance.blueprint.editing.merging import SIDES, Side
from governance.blueprint.elements import ElementId
from governance.models import ModelVersion
from governance.selectors import administration
from governance.selectors.people import actor_for
from governance.selectors.rebasing import RebasePage, newer_than, rebase_page
from governance.services.rebasing import Seen, rebase_draft
from governance.views.asking import kept
from governance.views.mending import forget_last
from governance.views.merging import mark_bytes
from governance.views.people import ASKS
from governance.views.reading import find_version

Chosen = dict[ElementId, dict[str, Side]]


@dataclass
class Answer:
    """What was chosen so far, why nothing was written, and with which status that is said."""

    chosen: Chosen = field(default_factory=dict)
    note: str = ""
    status: int = 200


@kept
@ASKS
def rebase(request: HttpRequest, code: str) -> HttpResponse:
    """What bringing a draft up does, with a choice for each field that both changed."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    onto = newer_than(version)
    if onto is None:
        said = _("%(code)s is based on what is in force already, or is no draft.")
        raise InvalidState(said % {"code": code})
    page = rebase_page(version, onto)
    if request.method != "POST":
        return _page(request, page, Answer())
    answer = Answer(_read(request, page))
    seen = Seen(mark_bytes(request.POST.get("-mark", "")) or b"", _number(request, "-onto"))
    try:
        rebase_draft(version, chosen=answer.chosen, seen=seen, actor=actor_for(request.user))
    except Invalid as refused:
        answer.note, answer.status = refused.sentence, 400
    except Conflict as refused:
        answer.note, answer.status = refused.sentence, 409
        page = _again(version) or page
    else:
        forget_last(request)
        said = _("%(code)s is brought up to %(onto)s.")
        messages.success(request, said % {"code": code, "onto": onto.code})
        return redirect("model-version", code)
    return _page(request, page, answer)


def _again(version: ModelVersion) -> RebasePage | None:
    onto = newer_than(version)
    return rebase_page(version, onto) if onto is not None else None


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _read(request: HttpRequest, page: RebasePage) -> Chosen:
    """What was chosen: each field names its element and its path beside its side."""
    known = {f"{clash.item[0]}/{clash.item[1]}": clash.item for clash in page.clashes}
    found: Chosen = {}
    for number, name in enumerate(request.POST.getlist("-path")):
        element, _colon, path = name.partition(":")
        said = request.POST.get(f"-side.{number}", "")
        side = next((one for one in SIDES if one == said), None)
        if side is not None and element in known:
            found.setdefault(known[element], {})[path] = side
    return found


def _page(request: HttpRequest, page: RebasePage, answer: Answer) -> HttpResponse:
    numbers = iter(range(10_000))
    clashes = [
        (
            clash,
            [
                (
                    row,
                    f"{clash.item[0]}/{clash.item[1]}:{row.path}",
                    next(numbers),
                    answer.chosen.get(clash.item, {}).get(row.path) or row.settled,
                )
                for row in clash.rows
            ],
        )
        for clash in page.clashes
    ]
    shown = {"page": page, "version": page.version, "clashes": clashes, "note": answer.note}
    return render(request, "governance/editing/rebase.html", shown, status=answer.status)
