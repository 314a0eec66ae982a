"""Owners are told of problems of their streams once a day, and of an opportunity who raised it."""

from django.utils.translation import gettext_lazy as _

from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify
from governance.blueprint.kinds import ValueStream
from governance.selectors.roles import holders
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors.stream_problems import in_force

FOUND, MOVED = "problem.found", "improvement.moved"
KINDS = (
    Kind(FOUND, _("Problems were found in a stream of yours"), Group.NEEDS),
    Kind(MOVED, _("Something became of an opportunity of yours"), Group.OTHER),
)
EVENTS = (FOUND, MOVED)


def tell(event: EventRow) -> None:
    """Tell the owners of the stream of a problem, and who raised an opportunity of its end."""
    pk = int(event.chain.partition("/")[2])
    if event.type == FOUND:
        _found(event, StreamProblem.objects.get(pk=pk))
    elif event.type == MOVED:
        _moved(event, ImprovementOpportunity.objects.get(pk=pk))


def _found(event: EventRow, row: StreamProblem) -> None:
    bp = in_force()
    spec = bp.peek(ValueStream, row.stream_key) if bp is not None else None
    if spec is None or not spec.owner_role:
        return
    until = row.answer_until
    for held in holders(str(spec.owner_role), stream=row.stream_key):
        notify.notify(
            int(held.ref[2:]),
            kind=FOUND,
            title=f"Problems were found in “{spec.name}”",
            body=f"You may answer until {until:%d %b %Y}, before executives read their figures.",
            url=f"/flow/problems/?stream={row.stream_key}",
            dedupe_key=f"problems/{row.stream_key}:{row.found_at:%Y-%m-%d}",
            why=Why.CONCERNED,
        )


def _moved(event: EventRow, row: ImprovementOpportunity) -> None:
    state = ImprovementOpportunity.State(str(event.data["state"]))
    if state == ImprovementOpportunity.State.TRIAGED:
        return
    notify.notify(
        row.raised_by_id,
        kind=MOVED,
        title=f"{row.ref} is {state.label}: {row.title}",
        body=row.reason,
        url=f"/improvements/{row.pk}/",
        dedupe_key=f"improvement/{row.pk}:{event.seq}",
        why=Why.CONCERNED,
    )
