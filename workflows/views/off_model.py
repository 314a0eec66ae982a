"""Work outside the model: the list of a team, logging it, correcting it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from governance.models import Department, Team
from governance.selectors import people
from workflows.models import OffModelWork
from workflows.selectors import off_model as logged
from workflows.selectors import queue
from workflows.services import off_model
from workflows.views.follow_ups import day_of


@login_required
@require_safe
def listing(request: HttpRequest, key: str) -> HttpResponse:
    """What a team did outside the model; who is not in it sees how much, no entry."""
    team = queue.team_for(request.user, key)
    summary = logged.summary(request.user, key, until=off_model.today_of(team))
    rows, after = logged.page_of(request.user, team, after=request.GET.get("after", ""))
    page = {
        "team": team,
        "leads": team.pk in people.facts_for(request.user).led_teams,
        "summary": summary,
        "rows": rows,
        "changes": {row.pk for row in rows if logged.may_change(request.user, row).ok},
        "next_url": f"?after={after}" if after else "",
    }
    return render(request, "workflows/off_model.html", page)


@login_required
def new(request: HttpRequest, key: str) -> HttpResponse:
    """Log something."""
    return _edit(request, queue.team_for(request.user, key), None)


@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an entry; who may not reads it."""
    work = logged.by_id(request.user, pk)
    return _edit(request, work.team, work)


def _edit(request: HttpRequest, team: Team, work: OffModelWork | None) -> HttpResponse:
    verdict = logged.may_change(request.user, work) if work else logged.may_log(request.user, team)
    errors: dict[str, list[str]] = {}
    typed: Any = request.POST
    if request.method == "POST":
        try:
            off_model.log_work(
                team,
                entry=_entry(request),
                work_id=work.pk if work else None,
                actor=people.actor_for(request.user, team=team.key),
            )
        except Invalid as refused:
            errors = refused.errors
        else:
            messages.success(request, _("Logged."))
            return redirect("off-model", key=team.key)
    elif work is not None:
        typed = {"title": work.title, "note": work.note, "minutes": work.seconds // 60,
                 "day": work.day.isoformat(),
                 "department": work.department.key if work.department else ""}  # fmt: skip
    else:
        typed = {"day": off_model.today_of(team).isoformat()}
    page = {
        "team": team,
        "work": work,
        "verdict": verdict,
        "fields": [{**f, "value": typed.get(f["name"], "")} for f in _fields()],
        "errors": errors,
    }
    return render(request, "workflows/off_model_entry.html", page, status=400 if errors else 200)


def _entry(request: HttpRequest) -> off_model.Entry:
    typed = request.POST
    minutes = typed.get("minutes", "").strip()
    plain = minutes.isascii() and minutes.isdigit() and len(minutes) < 6
    return off_model.Entry(
        title=typed.get("title", ""),
        note=typed.get("note", ""),
        minutes=int(minutes) if plain else 0,
        day=day_of(typed.get("day", ""), name="day"),
        department=typed.get("department", ""),
    )


def _fields() -> list[dict[str, Any]]:
    rows = Department.objects.filter(retired_at=None)
    options = [{"key": row.key, "label": row.name} for row in rows]
    return [
        {"name": "title", "label": _("What was done"), "required": True,
         "max_length": off_model.MAX_TITLE},
        {"name": "department", "label": _("For which department"), "type": "select",
         "options": options, "required": False, "help": _("Leave it open for your own team.")},
        {"name": "minutes", "label": _("Minutes it took"), "type": "number", "required": True,
         "width": "s"},
        {"name": "day", "label": _("Day"), "type": "date", "required": True,
         "width": "s"},
        {"name": "note", "label": _("Why no service covers it"), "type": "textarea", "rows": 3,
         "required": False, "max_length": off_model.MAX_NOTE,
         "help": _("What comes again and again is worth a service of its own.")},
    ]  # fmt: skip


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take it away."""
    work = logged.by_id(request.user, pk)
    if request.method == "POST":
        off_model.remove_work(work.pk, actor=people.actor_for(request.user, team=work.team.key))
        messages.success(request, _("“%(title)s” is gone.") % {"title": work.title})
        return redirect("off-model", key=work.team.key)
    return render(request, "workflows/off_model_remove.html", {"work": work})
