"""Keeping views of a queue: for oneself, for a team one leads, for everyone."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance import policies
from governance.models import Team
from governance.selectors.sharing import scope_of
from governance.services.sharing import audience_columns
from workflows import locks
from workflows.event_types.working import ViewMoved, ViewRemoved, ViewSaved
from workflows.models import SavedView
from workflows.selectors import queue_filters
from workflows.selectors.queue_filters import QueueFilter

MAX_NAME, MOST = 80, 12


def _kept(filters: Mapping[str, str]) -> dict[str, str]:
    """The filters as they are stored. Raises Invalid for one that no queue knows."""
    strange = sorted(set(filters) - set(queue_filters.KEPT))
    wanted = queue_filters.read(filters)
    refused = [f"“{name[:40]}” is no filter of a queue." for name in strange]
    refused += [f"“{value}” is no value of “{name}”." for name, value in wanted.refused]
    if refused:
        raise Invalid("These filters cannot be kept.", {"filters": refused})
    return wanted.kept


def _name(name: str) -> str:
    name = name.replace("\x00", "").strip()
    if not name or len(name) > MAX_NAME:
        error = f"Give it a name of at most {MAX_NAME} characters."
        raise Invalid("This view cannot be kept yet.", {"name": [error]})
    return name


def _queue(columns: Mapping[str, Any], queue: Team | None) -> Team | None:
    """The queue a view belongs to: none for everyone's, the team's own for a team's."""
    if columns["owner_id"] is None and columns["team"] is None:
        return None
    if queue is None or (columns["team"] is not None and columns["team"].pk != queue.pk):
        sentence = "A view of a person or a team belongs to a queue, that of a team to its own."
        raise Invalid(sentence, {"audience": [sentence]})
    return queue


@transaction.atomic
def save_view(
    *,
    name: str,
    audience: str,
    queue: Team | None,
    filters: Mapping[str, str],
    view_id: int | None = None,
    actor: Actor,
) -> SavedView:
    """Keep a new view of a queue the actor sees, or change one. ``filters`` as in its address.

    Raises Invalid, InvalidState where there are too many, NotAllowed, NotFound.
    """
    name, kept = _name(name), _kept(filters)
    columns = audience_columns(audience, actor=actor)
    columns |= {"name": name, "filters": kept, "queue": _queue(columns, queue)}
    columns |= {"updated_at": clock.now(), "author_id": actor.person_id}
    if view_id is None:
        view = SavedView.objects.create(**columns, position=_last(columns) + 1)
        mark_locked(view)
    else:
        view = locks.view_for_update(view_id)
        policies.require(actor, "shared.keep", scope_of(view))
        if audience != view.audience:
            columns["position"] = _last(columns) + 1
        for column, value in columns.items():
            setattr(view, column, value)
        view.save(
            update_fields=[
                "name", "filters", "owner", "team", "queue", "author", "updated_at", "position",
            ]
        )  # fmt: skip
    event = ViewSaved(
        audience=view.audience,
        queue=view.queue.key if view.queue else None,
        private={"name": name, "filters": QueueFilter(kept).query()},
    )
    ledger.record(view, [event], actor=actor)
    return view


def _last(columns: Mapping[str, Any]) -> int:
    """The last place among those of one audience. Raises InvalidState where no other fits."""
    beside = {name: columns[name] for name in ("owner_id", "team", "queue")}
    rows = SavedView.objects.filter(**beside, removed_at=None)
    if rows.count() >= MOST:
        sentence = f"There are {MOST} views already; remove one that nobody needs."
        raise InvalidState(sentence, allowed=[])
    return rows.aggregate(last=Max("position"))["last"] or 0


@transaction.atomic
def move_view(view_id: int, *, later: bool, actor: Actor) -> SavedView:
    """Let it change places with the tab before or behind it, within its audience."""
    row = locks.views_beside(view_id)
    view = next((one for one in row if one.pk == view_id), None)
    if view is None:
        raise Conflict("This view was changed a moment ago; look again.")
    policies.require(actor, "shared.keep", scope_of(view))
    at = row.index(view)
    to = min(at + 1, len(row) - 1) if later else max(at - 1, 0)
    row.insert(to, row.pop(at))
    for place, one in enumerate(row, start=1):
        one.position = place
    SavedView.objects.bulk_update(row, ["position"])
    ledger.record(view, [ViewMoved(position=view.position)], actor=actor)
    return view


@transaction.atomic
def remove_view(view_id: int, *, actor: Actor) -> SavedView:
    """Take a view away; the work it showed stays. Raises NotAllowed, NotFound."""
    view = locks.view_for_update(view_id)
    policies.require(actor, "shared.keep", scope_of(view))
    view.removed_at = clock.now()
    view.save(update_fields=["removed_at"])
    ledger.record(view, [ViewRemoved(audience=view.audience)], actor=actor)
    return view
