"""Work of somebody who leaves: how much there is, and back to the team with it."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from esm.events.actors import SYSTEM, Actor
from governance import registries
from governance.models import Person
from governance.registries import Holding
from governance.selectors.people import Account
from workflows.models import Request, StageVisit, ValueStream
from workflows.selectors.requests import visible_to
from workflows.services import stages

CAP = 1001


def register() -> None:
    """Called once at start."""
    registries.register_focus("stream", ValueStream)
    registries.register_work("workflows", holdings=holdings, give_back=give_back)


def holdings(user: Account, person: Person) -> Sequence[Holding]:
    """Steps they took and requests they asked for, of those the viewer may see."""
    seen = visible_to(user)
    in_hand = StageVisit.objects.filter(
        holder=person, state__in=StageVisit.LIVE, request__in=seen.values("pk")
    )
    asked = seen.filter(requester=person, state__in=Request.OPEN_STATES)
    return [
        Holding(
            "work",
            _("Work in hand"),
            _("Steps in work go back to the queue of their team; what stands still waits there."),
            in_hand.order_by()[:CAP].count(),
        ),
        Holding(
            "asked",
            _("Open requests they asked for"),
            _("They run on; the teams on their path see them."),
            asked.order_by()[:CAP].count(),
        ),
    ]


def give_back(person_id: int, *, actor: Actor) -> None:
    """Put what a person has in work back into the queues; in the order of requests."""
    system = replace(SYSTEM, on_behalf_of=actor.ref)
    held = StageVisit.objects.filter(holder_id=person_id, state=StageVisit.State.ACTIVE)
    for request_id, seq in list(
        held.order_by("request_id", "seq").values_list("request_id", "seq")
    ):
        stages.release(request_id, seq, actor=system)
