"""What changes for me: versions that touch the viewer, and one of them sentence by sentence."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from governance.selectors import review_page
from governance.selectors.impact import base_of, changes_for, impact_of, mine
from governance.selectors.impact_page import Asked, Names, impact_page, my_page
from governance.selectors.people import person_for
from governance.services import acknowledging, consenting
from governance.views.reading import find_version, known_versions

MOST_PAGES = 10_000


@login_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Versions in review, agreed or in force since not long, and what each changes for me."""
    told = changes_for(request.user, known_versions(request.user))
    context = {
        "touching": [one for one in told if not one.nothing],
        "others": [one for one in told if one.nothing],
        "person": person_for(request.user),
    }
    return render(request, "governance/changes/list.html", context)


@login_required
@require_safe
def change(request: HttpRequest, code: str) -> HttpResponse:
    """One version: no longer, newly, differently; word by word; what is asked of me."""
    version = find_version(request.user, code)
    impact = impact_of(version, base_of(version, known_versions(request.user)))
    page = my_page(mine(request.user, version, impact))
    person = person_for(request.user)
    if person is not None:
        consenting.note_seen(version, person)
        acknowledging.note_seen(version, person)
    context = {
        "page": page,
        "version": version,
        "person": person,
        "asked": review_page.asked_of(request.user, version, "changes"),
        "reading": review_page.reading_of(request.user, version),
    }
    return render(request, "governance/changes/one.html", context)


@login_required
@require_safe
def everybody(request: HttpRequest, code: str) -> HttpResponse:
    """Who is affected: roles and teams by aspect, the sentences behind a cell, people."""
    version = find_version(request.user, code)
    impact = impact_of(version, base_of(version, known_versions(request.user)))
    asked = _asked(request)
    page = impact_page(request.user, impact, asked)
    context = {"page": page, "asked": asked, "version": version, **_pager(page.names)}
    return render(request, "governance/changes/impact.html", context)


def _pager(names: Names | None) -> dict[str, str]:
    """Where the page of names before and behind stands."""
    if names is None or names.pages == 1:
        return {}
    base = f"?{urlencode({'department': names.department.key})}&page="
    number = names.number
    return {
        "next_url": f"{base}{number + 1}#people" if number < names.pages else "",
        "previous_url": f"{base}{number - 1}#people" if number > 1 else "",
        "shown": f"{number} / {names.pages}",
    }


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    number = given.get("page", "1")
    return Asked(
        given.get("receiver", "")[:120],
        given.get("aspect", "")[:40],
        given.get("department"),
        min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() else 1,
    )
