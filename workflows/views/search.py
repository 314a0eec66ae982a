"""Search over all one may see: requests and services, and hints while one types."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.selectors import articles, portal
from catalog.services.searches import record_missed
from governance.selectors.people import person_for
from workflows.selectors import search as finding

TABS = ("all", "requests", "services")
FEW, HINTS = 5, 4


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What matches, in tabs; the words, filters and place in the pages are the address."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "all"
    state = request.GET.get("state", "") if tab == "requests" else ""
    state = state if state in finding.STATES else ""
    after = request.GET.get("after", "") if tab == "requests" else ""
    limit = finding.PAGE if tab == "requests" else FEW
    found = finding.found(request.user, text, state=state, after=after, limit=limit)
    services = portal.search(request.user, text) if text else []
    answers = articles.search(request.user, text, limit=FEW) if tab == "all" else []
    if text and not services and not answers and not found.count and not state:
        person = person_for(request.user)
        record_missed(text, person_id=person.pk if person else None)
    page = {
        "q": text,
        "tab": tab,
        "state": state,
        "found": found,
        "services": services[:FEW] if tab == "all" else services,
        "answers": answers,
        "tabs": _tabs(text, tab, found, len(services)),
        "states": _states(text, state),
        "next_url": _address(text, tab, state, found.after) if found.after else "",
    }
    return render(request, "workflows/search.html", page)


def _address(text: str, tab: str, state: str = "", after: str = "") -> str:
    given = {"q": text, "tab": tab, "state": state, "after": after}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _tabs(text: str, tab: str, found: finding.Found, services: int) -> list[dict[str, object]]:
    counts = {"all": "", "requests": f"{found.count:,}" + ("+" if found.more else ""),
              "services": str(services)}  # fmt: skip
    words = {"all": _("All"), "requests": _("Requests"), "services": _("Services")}
    return [
        {"url": _address(text, key), "word": words[key], "n": counts[key], "on": key == tab}
        for key in TABS
    ]


def _states(text: str, state: str) -> list[dict[str, object]]:
    words = {"": _("Open and finished"), "open": _("Open"), "done": _("Finished")}
    return [
        {"url": _address(text, "requests", key), "word": word, "on": key == state}
        for key, word in words.items()
    ]


@login_required
@require_safe
def hints(request: HttpRequest) -> HttpResponse:
    """A few services and requests while one types; only what the visitor may see."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = finding.newest(request.user, finding.holding(request.user, text), HINTS)
    page = {
        "q": text,
        "requests": found,
        "services": portal.suggest(request.user, text)[:HINTS] if text else [],
        "answers": articles.suggest(request.user, text),
    }
    return render(request, "workflows/hints.html", page)
