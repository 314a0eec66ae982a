"""The priority of a request, changed by who works on it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from esm.events.actors import Actor
from workflows.models import Request
from workflows.selectors import priorities
from workflows.selectors import requests as seen
from workflows.services import prioritising
from workflows.views.acting import _act

USUAL = "-"


@login_required
def priority(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Choose another priority and say why."""
    found = seen.by_ref(request.user, ref)
    if not found.visits.filter(seq=seq).exists():
        raise Http404

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        chosen = r.POST.get("priority", USUAL)
        prioritising.set_priority(
            found.pk,
            seq,
            priority="" if chosen == USUAL else chosen,
            reason=r.POST.get("reason", ""),
            actor=actor,
        )
        return _("Changed. The clocks count on with the new targets.")

    known = priorities.known(found)
    options = [{"key": key or USUAL, "label": name} for key, name in known]
    ask = {
        "title": _("How soon does it have to be done?"),
        "verb": _("Change the priority"),
        "fields": [
            {"name": "priority", "label": _("Priority"), "type": "choice", "options": options,
             "required": True},
            {"name": "reason", "label": _("Why?"), "type": "textarea", "required": True,
             "help": _("Everyone on the request reads it.")},
        ],
    }  # fmt: skip
    return _act(request, ref, do, ask=ask, typed={"priority": found.priority or USUAL})
