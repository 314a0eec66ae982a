"""Saved views of a queue: keeping one, arranging them, taking one away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from esm.common.errors import Invalid, InvalidState
from governance.models import Team
from governance.selectors import people, sharing
from workflows.models import SavedView
from workflows.selectors import queue as queues
from workflows.selectors import queue_filters, saved_views
from workflows.selectors.queue_filters import QueueFilter
from workflows.services import saved_views as keeping
from workflows.views import queue_bar


def _home(user: Any, view: SavedView) -> Team | None:
    """The queue a view belongs to; the first of the user's for one of every queue."""
    return view.queue or next(iter(queues.my_teams(user)), None)


def _list(team: Team | None) -> str:
    """The address of the views of a queue."""
    return f"/queue/{team.key}/views/" if team else "/queue/"


@login_required
@require_safe
def arranged(request: HttpRequest, key: str) -> HttpResponse:
    """The views one has of a queue, in the order of their tabs."""
    team = queues.team_for(request.user, key)
    rows = saved_views.of_queue(request.user, team)
    choices = queues.choices(request.user, team)
    shown = [
        {
            "view": row,
            "url": f"/queue/{team.key}/?{saved_views.filter_of(row).query()}",
            "words": queue_bar.described(saved_views.filter_of(row), choices),
            "keeps": sharing.may_keep(request.user, row).ok,
        }
        for row in rows
    ]
    return render(request, "workflows/views.html", {"team": team, "rows": shown})


@login_required
def new(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the filters of the address as a new view, or as what the open one shows from now on."""
    team = queues.team_for(request.user, key)
    kept = saved_views.of_queue(request.user, team)
    wanted, view = saved_views.opened(kept, queue_filters.read(request.GET.dict()))
    changes = view if view is not None and sharing.may_keep(request.user, view).ok else None
    return _edit(request, team, wanted, None, changes)


@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view or keep it for others; who may not sees what it shows."""
    view = saved_views.by_id(request.user, pk)
    return _edit(request, _home(request.user, view), saved_views.filter_of(view), view, None)


def _edit(
    request: HttpRequest,
    team: Team | None,
    wanted: QueueFilter,
    view: SavedView | None,
    changes: SavedView | None,
) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    typed: Any = request.POST
    if request.method == "POST":
        target = changes if changes is not None and typed.get("as") == "change" else view
        try:
            saved = _save(request, team, wanted, target, renames=target is view)
        except Invalid as refused:
            errors = refused.errors
        except InvalidState as refused:
            errors = {"": [refused.sentence]}
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
            home = saved.queue or team
            return redirect(f"/queue/{home.key}/?{_query(saved)}" if home else "queue")
    elif view is not None:
        typed = {"name": view.name, "audience": view.audience}
    else:
        typed = {"audience": sharing.MINE, "as": "change" if changes else ""}
    fields = _fields(request, team, changes)
    page = {
        "team": team,
        "view": view,
        "verdict": sharing.may_keep(request.user, view) if view else None,
        "words": queue_bar.described(wanted, queues.choices(request.user, team)) if team else [],
        "fields": [{**f, "value": typed.get(f["name"], "")} for f in fields],
        "errors": errors,
        "back": f"/queue/{team.key}/?{wanted.query()}" if team else "/queue/",
    }
    return render(request, "workflows/view.html", page, status=400 if errors else 200)


def _query(view: SavedView) -> str:
    return saved_views.filter_of(view).query()


def _save(
    request: HttpRequest,
    team: Team | None,
    wanted: QueueFilter,
    view: SavedView | None,
    *,
    renames: bool,
) -> SavedView:
    """Save what was typed; new filters under an old name leave the name as it is."""
    typed = request.POST
    kept = {"name": typed.get("name", ""), "audience": typed.get("audience", "")}
    if view is not None and not renames:
        kept = {"name": view.name, "audience": view.audience}
    return keeping.save_view(
        **kept,
        queue=team,
        filters=wanted.kept,
        view_id=view.pk if view else None,
        actor=people.actor_for(request.user),
    )


def _fields(
    request: HttpRequest, team: Team | None, changes: SavedView | None
) -> list[dict[str, Any]]:
    own = f"{sharing.TEAM}{team.key}" if team else ""
    options = [
        {"key": key, "label": _("Everyone, in every queue") if key == sharing.EVERYONE else label}
        for key, label in sharing.audiences(request.user)
        if not key.startswith(sharing.TEAM) or key == own
    ]
    fields: list[dict[str, Any]] = [
        {"name": "name", "label": _("Name"), "required": changes is None,
         "max_length": keeping.MAX_NAME, "help": _("It becomes a tab of the queue.")},
        {"name": "audience", "label": _("For whom"), "type": "choice", "options": options,
         "required": changes is None},
    ]  # fmt: skip
    if changes is not None:
        ways = [
            {"key": "change", "label": _("In “%(name)s”") % {"name": changes.name}},
            {"key": "new", "label": _("As a new view")},
        ]
        fields.insert(0, {"name": "as", "label": _("Keep these filters"), "type": "choice",
                          "options": ways, "required": True})  # fmt: skip
    return fields


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place earlier or later among the tabs of its audience."""
    view = saved_views.by_id(request.user, pk)
    later = request.POST.get("to") == "later"
    keeping.move_view(view.pk, later=later, actor=people.actor_for(request.user))
    return redirect(_list(_home(request.user, view)))


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take it away."""
    view = saved_views.by_id(request.user, pk)
    back = _list(_home(request.user, view))
    if request.method == "POST":
        keeping.remove_view(view.pk, actor=people.actor_for(request.user))
        messages.success(request, _("“%(name)s” is gone.") % {"name": view.name})
        return redirect(back)
    return render(request, "workflows/view_remove.html", {"view": view, "back": back})
