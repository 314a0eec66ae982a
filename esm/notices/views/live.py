"""What changed since an open page was drawn: asked every few seconds, answered in a few bytes.

Short polling, because it passes every proxy and any number of web processes (ADR 0010).
"""

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from esm.common import live
from esm.common.context import Shell
from esm.common.live import Pulse
from esm.notices.selectors import inbox

MANY = 99


@require_safe
@login_required
def changes(request: HttpRequest) -> HttpResponse:
    """``page`` names what is shown, ``seen`` the mark it was drawn with.

    Hidden and missing things are 404, before anything is compared: never 304. Unchanged is 304;
    else the counts of the rail and a sentence for the bar.
    """
    thing, seen = request.GET.get("page", ""), request.GET.get("seen", "")
    pulse = live.pulse(request.user, thing, seen) if thing else Pulse("")
    if pulse is None:
        raise Http404
    told = inbox.pulse(request.user, "", "").mark
    digest = hashlib.sha256(f"{request.user.pk}|{thing}|{pulse}|{told}".encode()).hexdigest()
    etag = f'W/"{digest[:24]}"'
    answer: HttpResponse
    if request.headers.get("If-None-Match") == etag:
        answer = HttpResponseNotModified()
    else:
        answer = JsonResponse(_changes(request, pulse, seen))
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _changes(request: HttpRequest, pulse: Pulse, seen: str) -> dict[str, Any]:
    counts = {
        item.key: {"n": item.count, "label": str(item.count_label), "urgent": item.urgent}
        for item in Shell(request).items
        if item.count_label
    }
    changed = bool(seen) and pulse.mark != seen
    return {
        "mark": pulse.mark,
        "changed": changed,
        "say": _say(pulse.fresh) if changed else "",
        "show": _("Show"),
        "counts": counts,
    }


def _say(fresh: int) -> str:
    if fresh > MANY:
        return _("Over %(n)s new.") % {"n": MANY}
    if fresh:
        return ngettext("%(n)s new.", "%(n)s new.", fresh) % {"n": fresh}
    return _("This has changed.")
