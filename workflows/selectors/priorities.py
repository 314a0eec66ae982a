"""The priorities a request may have, and who may change its own."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from governance.policies import RoleFacts
from governance.selectors import versions
from workflows.models import Request, StageVisit


def known(request: Request) -> list[tuple[str, str]]:
    """(key, name) of the priorities of its offering, as usual first; empty where it knows none."""
    blueprint = versions.blueprint(request.version_id)
    found = blueprint.get("Offering", request.offering.key).priorities
    usual = ("", str(_("As usual")))
    return [usual, *((one.key, one.name) for one in found)] if found else []


def name_of(request: Request) -> str:
    """What people call its priority; nothing where its offering knows none."""
    return dict(known(request)).get(request.priority, "")


def changed_at(request: Request, live: Sequence[StageVisit], facts: RoleFacts) -> int:
    """The step at which the viewer's team may change the priority; 0 for nobody's."""
    if not known(request):
        return 0
    return next((visit.seq for visit in live if visit.team_id in facts.teams), 0)
