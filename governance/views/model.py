"""The operating model: versions, what each holds and changes, and every element in words."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.blueprint.kinds import FOLDERS
from governance.models import InFlightPolicy, ModelVersion
from governance.selectors import versions
from governance.selectors.administration import verdict
from governance.selectors.controls_page import FindingsBeside, findings_beside
from governance.selectors.draft_list import drafts_for
from governance.selectors.drawing import Drawing, drawing_of
from governance.selectors.element_comments import Thread, threads_of
from governance.selectors.elements import element_page
from governance.selectors.lint_facts import facts_now
from governance.selectors.model_page import VersionPage, elements_of, version_page
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.rebasing import newer_than
from governance.selectors.wording import noun, plural
from governance.views.reading import find_version as find_version
from governance.views.reading import known_versions as known_versions
from governance.views.reading import reading_of
from governance.views.ways_out import WayOut, ways_out

PUBLISHED = ModelVersion.State.PUBLISHED
FLOWS, MOST_DRAWN = "workflow", 12


def _against(version: ModelVersion, code: str, known: list[ModelVersion]) -> ModelVersion | None:
    """The version compared with: the one named, else its base, else the one before."""
    if code:
        return next((v for v in known if v.code == code and v.pk != version.pk), None)
    if version.based_on_id is not None:
        return next((v for v in known if v.pk == version.based_on_id), None)
    return next((v for v in reversed(known) if v.number < version.number), None)


def _beside(user: Account, page: VersionPage | None) -> FindingsBeside | None:
    """Which findings are waived, and what was found in what happened, of the version in force."""
    return findings_beside(user, page) if page is not None else None


def _outs(user: Account, page: VersionPage | None) -> dict[str, WayOut]:
    """Where the findings of a version that is not history are settled, if somebody may."""
    if page is None or page.version.state in (
        ModelVersion.State.RETIRED,
        ModelVersion.State.AGREED,
    ):
        return {}
    return ways_out(user, page.version, page.bp, page.findings)


def _drawings(page: VersionPage) -> dict[str, Drawing | None]:
    """Changed workflows, drawn with what differs; what is beyond the limit is on its own page."""
    if page.against is None:
        return {}
    changed = [one.key for one in page.changes if one.folder == FLOWS and one.op == "changed"]
    return {key: drawing_of(page.bp, key, page.before) for key in changed[:MOST_DRAWN]}


def _may_edit(user: Account, version: ModelVersion) -> bool:
    return version.state == ModelVersion.State.DRAFT and verdict(user, "model.edit").ok


def _may_move(user: Account, version: ModelVersion) -> bool:
    return version.state in InFlightPolicy.OPEN and verdict(user, "model.move").ok


@login_required
@require_GET
def model(request: HttpRequest) -> HttpResponse:
    """The timeline and the version in force, now or on a day."""
    known, reading = known_versions(request.user), reading_of(request)
    facts = facts_now(reading.bp) if reading else None
    page = version_page(reading.version, None, facts) if reading else None
    context = {
        "reading": reading,
        "versions": known,
        "page": page,
        "outs": _outs(request.user, page),
        "beside": _beside(request.user, page) if reading and not reading.past else None,
        "drafts": drafts_for(request.user, known, facts),
        "may_edit": verdict(request.user, "model.edit").ok,
    }
    return render(request, "governance/model.html", context)


@login_required
@require_GET
def version(request: HttpRequest, code: str) -> HttpResponse:
    """One version: what it changes against another, its parts and findings."""
    found, known = find_version(request.user, code), known_versions(request.user)
    against = _against(found, request.GET.get("against", ""), known)
    context = {
        "page": (page := version_page(found, against)),
        "outs": _outs(request.user, page),
        "beside": _beside(request.user, page) if found.state == PUBLISHED else None,
        "drawings": _drawings(page),
        "newer": newer_than(found, known),
        "versions": known,
        "may_edit": _may_edit(request.user, found),
        "may_move": _may_move(request.user, found),
        "others": [v for v in known if v.pk != found.pk],
    }
    return render(request, "governance/version.html", context)


@login_required
@require_GET
def kind(request: HttpRequest, code: str, folder: str) -> HttpResponse:
    """All elements of a kind in a version."""
    found = find_version(request.user, code)
    name = FOLDERS.get(folder)
    if name is None:
        raise Http404
    context = {
        "version": found,
        "noun": plural(name),
        "one": noun(name),
        "folder": folder,
        "may_edit": _may_edit(request.user, found),
        "elements": elements_of(found, name),
    }
    return render(request, "governance/kind.html", context)


@login_required
@require_GET
def element(request: HttpRequest, code: str, folder: str, key: str) -> HttpResponse:
    """One element in words, what it names and what names it, how it changed, what was said."""
    return element_response(request, find_version(request.user, code), folder, key)


def element_response(
    request: HttpRequest,
    found: ModelVersion,
    folder: str,
    key: str,
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of an element; ``typed`` is a comment that could not be kept."""
    name = FOLDERS.get(folder)
    page = None
    if name is not None:
        known = known_versions(request.user)
        against = _against(found, "", known)
        page = element_page(found, against, name, key, known=known)
    if page is None:
        raise Http404
    drawn = None
    if folder == FLOWS:
        before = versions.blueprint(against) if against is not None and page.change else None
        drawn = drawing_of(versions.blueprint(found), key, before)
    context = {
        "page": page,
        "drawn": drawn,
        "folder": folder,
        "kind_noun": plural(page.kind),
        "may_edit": _may_edit(request.user, found),
        "threads": _threads(request.user, found, page.kind, key),
        "may_say": person_for(request.user) is not None,
        "typed": typed or {},
    }
    return render(request, "governance/element.html", context, status=status)


def _threads(user: Account, version: ModelVersion, kind: str, key: str) -> list[Thread]:
    person = person_for(user)
    return threads_of(
        version,
        kind,
        key,
        person_id=person.pk if person else None,
        steward=facts_for(user).steward,
    )
