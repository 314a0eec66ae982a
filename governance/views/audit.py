"""What auditors and stewards see: decided under which right, is the ledger whole, who looked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from esm.events.selectors import checks
from governance.models import Lookup
from governance.models.lookups import KEPT_DAYS
from governance.selectors import audit as selector
from governance.selectors import lookups as looked
from governance.selectors.decisions import decision_types
from governance.selectors.versions import published
from governance.services import evidence
from governance.views.asking import first_moment, kept, last_moment

ASKED = ("type", "who", "since", "until")


@kept
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """What was decided in a period, by whom, under which right of which version."""
    evidence.require(request.user)
    asked = {name: request.GET.get(name, "") for name in ASKED}
    errors: dict[str, list[str]] = {}
    wanted = _wanted(asked, errors)
    rows = selector.decided(request.user, wanted)
    found, following = selector.page_of(rows, request.GET.get("after", ""))
    version = published()
    page = {
        "standing": checks.standing(),
        "rows": selector.shown(found),
        "asked": asked,
        "filtered": any(asked.values()),
        "errors": errors,
        "types": decision_types(version) if version else [],
        "next_url": f"?{urlencode({**_set(asked), 'after': following})}" if following else "",
    }
    return render(request, "governance/audit.html", page, status=400 if errors else 200)


def _set(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _wanted(asked: dict[str, str], errors: dict[str, list[str]]) -> selector.Wanted:
    """What is looked for; a day that cannot be read is said and left out."""
    moments: dict[str, Any] = {}
    for name, read in (("since", first_moment), ("until", last_moment)):
        try:
            moments[name] = read(asked, name)
        except Invalid as refused:
            errors |= refused.errors
            moments[name] = None
    kind = asked["type"].replace("\x00", "")[:100]
    return selector.Wanted(kind, asked["who"], moments["since"], moments["until"])


@kept
@require_safe
def lookups(request: HttpRequest) -> HttpResponse:
    """Who opened a person or a content without having a part in it."""
    evidence.require(request.user)
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")
    kind = kind if kind in Lookup.Kind.values else ""
    rows = looked.matching(looked.visible_to(request.user), kind=kind, text=text)
    found, following = looked.page_of(rows, request.GET.get("after", ""))
    asked = _set({"kind": kind, "q": text})
    page = {
        "rows": looked.rows_of(found),
        "q": text,
        "kind": kind,
        "filters": [_kinds(kind, text)],
        "kept_days": KEPT_DAYS,
        "next_url": f"?{urlencode({**asked, 'after': following})}" if following else "",
    }
    return render(request, "governance/lookups.html", page)


def _kinds(kind: str, text: str) -> dict[str, Any]:
    """The filter by what was looked at."""
    options = [("", _("everything")), *Lookup.Kind.choices]
    return {
        "name": _("What"),
        "value": dict(options)[kind],
        "options": [
            {
                "label": words,
                "url": f"?{urlencode(_set({'kind': key, 'q': text}))}",
                "current": key == kind,
            }
            for key, words in options
        ],
    }
