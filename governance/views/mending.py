"""Remedies of findings in a draft: looked at, applied, and taken back as the last change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esm.common.errors import Conflict, InvalidState
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import folder_of
from governance.blueprint.remedies import Remedy
from governance.blueprint.serialise import canonical
from governance.models import ModelVersion
from governance.selectors import administration
from governance.selectors.drafts import draft_blueprint, draft_findings
from governance.selectors.lint_facts import facts_now
from governance.selectors.people import actor_for
from governance.selectors.remedies import Preview, preview, remedy_of
from governance.selectors.wording import element_name
from governance.services import drafting
from governance.services.drafting import Edit
from governance.views.asking import kept
from governance.views.model import find_version
from governance.views.people import ASKS

TAKEN = "model-last-change"
MAX_KEPT = 200_000
FEW_WAYS = 8


@dataclass
class _Asked:
    """A finding of a draft with its remedy and the way that was chosen."""

    version: ModelVersion
    bp: Blueprint
    finding: Finding
    remedy: Remedy
    way: str
    status: int = 200
    note: str = ""


@kept
@ASKS
def remedy(request: HttpRequest, code: str, mark: str) -> HttpResponse:
    """What a remedy would change, and the button that changes it."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    if version.state != ModelVersion.State.DRAFT:
        raise InvalidState(_("%(code)s does not change any more.") % {"code": code})
    bp = draft_blueprint(version)
    facts = facts_now(bp)
    finding = next((f for f in draft_findings(version, facts) if f.fingerprint == mark), None)
    if finding is None:
        said = _("This is not found in %(code)s any more; look at what is left there.")
        raise InvalidState(said % {"code": code})
    found = remedy_of(bp, finding)
    if found is None:
        return redirect(_form_of(version, finding))
    way = request.POST.get("way") or request.GET.get("way") or found.first
    asked = _Asked(version, bp, finding, found, way)
    if all(one.value != way for one in found.ways):
        asked.way = ""
        if request.method == "POST":
            asked.status, asked.note = 400, _("Choose one of them first.")
        return _page(request, asked, None)
    try:
        shown = preview(version, found.edits(way), facts)
    except ValueError as error:
        said = _("This cannot be done by itself here; change the element by hand.")
        raise InvalidState(said) from error
    if request.method == "POST":
        return _apply(request, asked, shown)
    return _page(request, asked, shown)


def _form_of(version: ModelVersion, finding: Finding) -> str:
    args = [version.code, folder_of(finding.kind), finding.key]
    return f"{reverse('model-element-edit', args=args)}?{urlencode({'part': finding.part})}"


def _apply(request: HttpRequest, asked: _Asked, shown: Preview) -> HttpResponse:
    """Write it where nothing it rests on has changed since it was looked at."""
    again = _("It changed meanwhile. Look at what would be changed now, and apply it again.")
    if request.POST.get("marks", "") != shown.marks:
        asked.status, asked.note = 409, again
        return _page(request, asked, shown)
    version, hashes = asked.version, asked.bp.hashes()
    edits = [
        Edit(one.kind, one.key, one.content, hashes.get((one.kind, one.key))) for one in shown.edits
    ]
    try:
        made = drafting.edit_elements(version, edits, actor=actor_for(request.user))
    except Conflict:
        asked.status, asked.note = 409, again
        return _page(request, asked, shown)
    before = [
        asked.bp.get(one.kind, one.key).model_dump(mode="json")
        if (one.kind, one.key) in asked.bp
        else None
        for one in shown.edits
    ]
    remember(request, version, zip(edits, made, before, strict=True))
    say_saved(request, version, _("Done in %(code)s.") % {"code": version.code})
    return redirect(f"{reverse('model-version', args=[version.code])}#findings")


def _page(request: HttpRequest, asked: _Asked, shown: Preview | None) -> HttpResponse:
    version, finding = asked.version, asked.finding
    chosen = next((one for one in asked.remedy.ways if one.value == asked.way), None)
    page = {
        "version": version,
        "finding": finding,
        "folder": folder_of(finding.kind),
        "name": element_name(asked.bp, finding.kind, finding.key),
        "remedy": asked.remedy,
        "few": len(asked.remedy.ways) <= FEW_WAYS,
        "chosen": chosen,
        "shown": shown,
        "form_url": _form_of(version, finding),
        "note": asked.note,
    }
    fragment = request.headers.get("HX-Target") == "remedy-shown"
    template = "remedy_shown.html" if fragment else "remedy.html"
    return render(request, f"governance/editing/{template}", page, status=asked.status)


def remember(
    request: HttpRequest,
    version: ModelVersion,
    done: Iterable[tuple[Edit, bytes | None, Mapping[str, Any] | None]],
) -> None:
    """Keep what the last change of a draft replaced, so that whoever made it takes it back.

    Each edit comes with the hash it made and with what was there before; None is nothing.
    """
    rows = []
    for edit, mark, before in done:
        text = canonical(before) if before is not None else ""
        rows.append([edit.kind, edit.key, text, mark.hex() if mark else ""])
    small = sum(len(text) for _kind, _key, text, _mark in rows) <= MAX_KEPT
    request.session[TAKEN] = {"code": version.code, "rows": rows} if small else {}


def forget_last(request: HttpRequest) -> None:
    """There is nothing to take back any more."""
    request.session[TAKEN] = {}


def say_saved(request: HttpRequest, version: ModelVersion, said: str) -> None:
    """Confirm a change; with «Undo» where it can be taken back."""
    undo = bool(request.session.get(TAKEN))
    address = reverse("model-take-back", args=[version.code])
    messages.success(request, said, extra_tags=f"undo:{address}" if undo else "")


@kept
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Put back what the last change of this session replaced, unless somebody changed it since."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    taken = request.session.get(TAKEN) or {}
    if taken.get("code") != version.code:
        said = _("There is no change of yours in %(code)s to take back.")
        raise InvalidState(said % {"code": code})
    edits = [_back(*row) for row in taken["rows"]]
    drafting.edit_elements(version, edits, actor=actor_for(request.user))
    forget_last(request)
    messages.success(request, _("It is as it was before."))
    return redirect(f"{reverse('model-version', args=[version.code])}#findings")


def _back(kind: str, key: str, text: str, mark: str) -> Edit:
    content = json.loads(text) if text else None
    return Edit(kind, key, content, bytes.fromhex(mark) if mark else None)
