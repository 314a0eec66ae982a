"""Saved views of queues: who has which, and the address each opens."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from esm.common.errors import NotFound
from governance.models import Team
from governance.selectors import sharing
from governance.selectors.people import Account
from workflows.models import SavedView
from workflows.selectors.queue_filters import QueueFilter, read

# One's own first, then the team's, then everyone's.
RANK = Case(
    When(owner__isnull=False, then=Value(0)),
    When(team__isnull=False, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def visible_to(user: Account) -> QuerySet[SavedView]:
    """The views a user may open, in the order of their tabs."""
    rows = sharing.shared_with(user, SavedView.objects.all()).select_related("queue")
    return rows.annotate(rank=RANK).order_by("rank", "position", "pk")


def by_id(user: Account, pk: int) -> SavedView:
    """One of them. Raises NotFound, for hidden, removed and missing alike."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("This view does not exist.")
    return found


def of_queue(user: Account, team: Team) -> list[SavedView]:
    """The user's views of one queue; one query."""
    return list(visible_to(user).filter(Q(queue=team) | Q(queue=None)))


def filter_of(view: SavedView) -> QueueFilter:
    """The filter a view stands for; what filters no longer know is left out."""
    return read({**view.filters, "saved": str(view.pk)})


def opened(views: Iterable[SavedView], wanted: QueueFilter) -> tuple[QueueFilter, SavedView | None]:
    """The view an address names, and the address without it where it is none of these."""
    view = next((row for row in views if str(row.pk) == wanted.get("saved")), None)
    if view is None:
        chosen = {name: value for name, value in wanted.chosen.items() if name != "saved"}
        return replace(wanted, chosen=chosen), None
    return wanted, view


def differs(wanted: QueueFilter, view: SavedView | None) -> bool:
    """Whether the filters are others than those of the open view."""
    if view is not None:
        return wanted.kept != filter_of(view).kept
    return any(name != "view" for name in wanted.kept)
