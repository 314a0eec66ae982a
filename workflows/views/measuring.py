"""Measuring one's work on a step: start and stop."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from esm.common.ui import durations
from esm.events.actors import Actor
from workflows.models import Request
from workflows.services import sessions
from workflows.views.acting import _act


@login_required
def start_work(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Begin to measure one's work on a step."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        started = sessions.start_session(found.pk, seq, actor=actor)
        if started.stopped:
            return _("Started. Your session on %(ref)s was stopped.") % {"ref": started.stopped}
        return _("Started.")

    return _act(request, ref, do, at=f"#visit-{seq}")


@login_required
def stop_work(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Stop measuring."""

    def do(found: Request, actor: Actor, _r: HttpRequest) -> str:
        row = sessions.stop_session(found.pk, seq, actor=actor)
        spent = int(((row.stopped_at or row.started_at) - row.started_at).total_seconds())
        return _("Stopped after %(time)s.") % {"time": durations.duration(spent)}

    return _act(request, ref, do, at=f"#visit-{seq}")
