"""What goes with a version: the change pack on paper, and the last 90 days under it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common import clock
from governance.views.reading import find_version, known_versions
from workflows.selectors.change_pack import change_pack, document, listed, replay_of
from workflows.selectors.replaying import WHATS, Replay
from workflows.selectors.replaying_decisions import SORTS


@login_required
@require_safe
def pack(request: HttpRequest, code: str) -> HttpResponse:
    """Differences, who is affected, the replay and what is settled or new, to print."""
    version = find_version(request.user, code)
    found = change_pack(request.user, version, known_versions(request.user))
    context = {"pack": found, "version": version, "printed_at": clock.now()}
    return render(request, "workflows/changes/pack.html", context)


@login_required
@require_safe
def pack_json(request: HttpRequest, code: str) -> HttpResponse:
    """The same as a file for programs."""
    version = find_version(request.user, code)
    found = document(change_pack(request.user, version, known_versions(request.user)))
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{version.code}-change-pack.json"'
    return answer


@login_required
@require_safe
def replayed(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of the last 90 days under a version, each with the list behind it."""
    version = find_version(request.user, code)
    sort, what = request.GET.get("sort", ""), request.GET.get("what", "")
    if sort not in ("", *SORTS) or what not in ("", *WHATS):
        raise Http404
    found = replay_of(version)
    context = {
        "version": version,
        "found": found,
        "sorts": _sorts(found),
        "whats": _whats(found),
        "list": listed(request.user, found, sort=sort, what=what) if found is not None else None,
        "chosen": sort or what,
    }
    return render(request, "workflows/changes/replay.html", context)


def _sorts(found: Replay | None) -> list[dict[str, Any]]:
    """Decisions by what would have been different."""
    said = {
        "role": _("another role would decide"),
        "person": _("another holder of the same role would decide"),
        "free": _("would be allowed beforehand"),
        "asked": _("would no longer be allowed beforehand"),
        "nobody": _("nobody would be left to decide"),
        "ended": _("would not be asked at all"),
    }
    if found is None:
        return []
    return [{"key": k, "name": name, "count": found.sorts.get(k, 0)} for k, name in said.items()]


def _whats(found: Replay | None) -> list[dict[str, Any]]:
    """Requests by what would have been different."""
    said = {
        "steps": _("other steps"),
        "promise": _("another promise"),
        "teams": _("another team at a step"),
        "ended": _("could not be asked for"),
        "problem": _("would not come to an end"),
    }
    if found is None:
        return []
    return [{"key": k, "name": name, "count": found.count(k)} for k, name in said.items()]
