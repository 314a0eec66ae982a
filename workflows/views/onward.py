"""Where somebody goes after acting: back to the request, or on to the next row of their queue.

A page of the queue hands its next row along as ``next``; nothing else is followed.
"""

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

_ROW = re.compile(r"[?&]open=(R-[0-9]{1,9})(\.[0-9]{1,9})?$")


def queue_next(request: HttpRequest) -> str:
    """The address of the queue's next row that came along; empty without one."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    safe = target.startswith("/queue/") and "//" not in target and "\\" not in target
    return target if safe and target.isprintable() else ""


def onward(request: HttpRequest, ref: str) -> str:
    """Where to go after acting on a request."""
    return queue_next(request) or f"/requests/{ref}/"


def aside(request: HttpRequest, ref: str) -> str:
    """Where to go without acting: to this row in the queue it came from, else to the request."""
    target = queue_next(request)
    if not target:
        return f"/requests/{ref}/"
    plain = _ROW.sub("", target)
    return f"{plain}{'&' if '?' in plain else '?'}open={ref}"


def told(request: HttpRequest, ref: str, sentence: str) -> str:
    """What was done, and in a queue what is open now."""
    target = queue_next(request)
    if not target:
        return sentence
    found = _ROW.search(target)
    if found is None or found[1] == ref:
        return _("%(done)s That was the last one in this view.") % {"done": sentence}
    return _("%(done)s Next: %(ref)s.") % {"done": sentence, "ref": found[1]}
