"""The day to follow up on a step: asked for, set, taken back."""

from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import Invalid
from esm.common.ui import moments
from esm.events.actors import Actor
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.services import follow_ups
from workflows.views.acting import _act


@login_required
def follow_up(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Choose the day, or take it back."""
    visit = seen.by_ref(request.user, ref).visits.filter(seq=seq).first()
    if visit is None:
        raise Http404

    def do(found: Request, actor: Actor, r: HttpRequest) -> str:
        on = None if r.POST.get("clear") else day_of(r.POST.get("on", ""))
        kept = follow_ups.set_follow_up(found.pk, seq, on=on, actor=actor)
        if kept.follow_up_at is None:
            return _("No day any more; it stands in its place again.")
        return _("Follow up on %(day)s.") % {"day": moments.day(kept.follow_up_at)}

    field = {
        "name": "on",
        "label": _("Day"),
        "type": "date",
        "required": True,
        "help": _("Until then it stands below the rest, and its clocks run on. You are told then."),
    }
    ask = {"title": _("Follow up on a day"), "verb": _("Follow up"), "fields": [field]}
    return _act(request, ref, do, ask=ask, typed={"on": _usual(visit.follow_up_at).isoformat()})


def _usual(at: datetime | None) -> date:
    """The day that is set, else tomorrow."""
    zone = timezone.get_current_timezone()
    if at is not None:
        return at.astimezone(zone).date()
    return (clock.now().astimezone(zone) + timedelta(days=1)).date()


def day_of(text: str, name: str = "on") -> date:
    """The day somebody typed. Raises Invalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        sentence = _("Write a day as 2026-01-31.")
        raise Invalid(sentence, {name: [sentence]}) from None
