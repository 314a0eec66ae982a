"""The queue of a team: list, one row open, act, next."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from workflows.selectors import queue as queues
from workflows.selectors import request_page


@login_required
@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """The queue of my first team."""
    teams = queues.my_teams(request.user)
    if teams:
        return redirect("queue-team", key=teams[0].key)
    return render(request, "workflows/no_queue.html")


@login_required
@require_safe
def queue(request: HttpRequest, key: str) -> HttpResponse:
    """One team's queue; ``view`` and the open row are in the address."""
    team = queues.team_for(request.user, key)
    view = request.GET.get("view", "soonest")
    view = view if view in queues.VIEWS else "soonest"
    rows = queues.rows_of(request.user, team, view)
    wanted = request.GET.get("open", "")
    chosen = next((r for r in rows if r.visit.request.ref == wanted), rows[0] if rows else None)
    page = request_page.page(request.user, chosen.visit.request) if chosen else None
    live = None
    if page and chosen:
        live = next((v for v in page.live if v.visit.pk == chosen.visit.pk), None)
    return render(
        request,
        "workflows/queue.html",
        {
            "team": team,
            "teams": queues.my_teams(request.user),
            "view": view,
            "counts": queues.counts(request.user, team),
            "rows": rows,
            "chosen": chosen,
            "page": page,
            "live": live,
            "path": f"/queue/{team.key}/?view={view}",
        },
    )
