"""The queue of a team: list, one row open, act, next."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from governance.models import Team
from workflows.selectors import bulk, queue_filters, request_page, saved_views
from workflows.selectors import queue as queues
from workflows.selectors.queue_filters import QueueFilter
from workflows.selectors.queue_rows import QueueRow
from workflows.views import queue_bar
from workflows.views.bulk import VERBS

# Tabs of saved views that say how much they hold.
COUNTED = 8


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
    """One team's queue; filters, order, page and the open row are in the address."""
    team = queues.team_for(request.user, key)
    kept = saved_views.of_queue(request.user, team)
    wanted, view = saved_views.opened(kept, queue_filters.read(request.GET.dict()))
    after = request.GET.get("after", "")
    page = queues.page_of(request.user, team, wanted, after=after)
    counted = {str(one.pk): saved_views.filter_of(one) for one in kept[:COUNTED]}
    choices = queues.choices(request.user, team, counted)
    may = bulk.allowed(request.user, [row.visit for row in page.rows])
    chosen = _open(page.rows, request.GET.get("open", ""))
    return render(
        request,
        "workflows/queue.html",
        {
            "team": team,
            "teams": queues.my_teams(request.user),
            "wanted": wanted,
            "choices": choices,
            "tabs": queue_bar.tabs(wanted, choices, kept),
            "keeps_views": bool(kept),
            "save_url": f"/queue/{team.key}/views/new/?{wanted.query()}"
            if saved_views.differs(wanted, view)
            else "",
            "page": page,
            "may": may,
            "offers": [
                (key, words)
                for key, words in VERBS.items()
                if any(key in found for found in may.values())
            ],
            "after": after,
            "filters": queue_bar.picks(wanted, choices),
            "sort": queue_bar.sort_pick(wanted),
            "heads": queue_bar.heads(wanted),
            "hidden": queue_bar.hidden(wanted),
            "remarks": queue_bar.remarks(wanted, choices),
            "here": _here(wanted, after),
            "next_url": f"?{wanted.query(after=page.after)}" if page.after else "",
            "first_url": f"?{wanted.query()}" if after else "",
            "clear_url": f"?{QueueFilter({'view': wanted.get('view')}).query()}"
            if wanted.narrows
            else "",
            **_detail(request, team, page.rows, chosen, _here(wanted, after)),
        },
    )


def _here(wanted: QueueFilter, after: str) -> str:
    """The query of this page, to which the open row is added."""
    query = wanted.query(after=after)
    return f"{query}&" if query else ""


def _open(rows: list[QueueRow], code: str) -> QueueRow | None:
    """The row an address names, else the first."""
    named = (r for r in rows if code in (r.code, r.visit.request.ref))
    return next(named, rows[0] if rows else None)


def _detail(
    request: HttpRequest, team: Team, rows: list[QueueRow], chosen: QueueRow | None, here: str
) -> dict[str, Any]:
    """The open row, and where to go on after acting on it: the next row of this page."""
    if chosen is None:
        return {"chosen": None}
    detail = request_page.page(request.user, chosen.visit.request)
    at = rows.index(chosen)
    following = rows[at + 1] if at + 1 < len(rows) else rows[at - 1] if at else None
    path = f"/queue/{team.key}/?{here}"
    return {
        "chosen": chosen,
        "detail": detail,
        "live": next((v for v in detail.live if v.visit.pk == chosen.visit.pk), None),
        "path": f"{path}open={following.code}" if following else path.rstrip("&?"),
    }
