"""The priorities a request may have, and who may change its own."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog.models import Offering
from governance.policies import RoleFacts
from governance.selectors import versions
from workflows.models import Request, StageVisit
from workflows.selectors import identities


def known(request: Request) -> list[tuple[str, str]]:
    """(key, name) of the priorities of its offering, as usual first; empty where it knows none."""
    blueprint = versions.blueprint(request.version_id)
    found = blueprint.get("Offering", request.offering.key).priorities
    usual = ("", str(_("As usual")))
    return [usual, *((one.key, one.name) for one in found)] if found else []


def name_of(request: Request) -> str:
    """What people call its priority; nothing where its offering knows none."""
    return dict(known(request)).get(request.priority, "")


def word_of(request: Request) -> str:
    """The same for a row of a list: without a query once its offering was read."""
    key = identities.row(Offering, request.offering_id).key
    names = named(request.version_id, key)
    return names.get(request.priority, request.priority)


def named(version: int, offering: str) -> dict[str, str]:
    """Key and name of the priorities of an offering in a version."""
    spec = versions.blueprint(version).get("Offering", offering)
    return {one.key: one.name for one in spec.priorities}


def changed_at(request: Request, live: Sequence[StageVisit], facts: RoleFacts) -> int:
    """The step at which the viewer's team may change the priority; 0 for nobody's."""
    if not known(request):
        return 0
    return next((visit.seq for visit in live if visit.team_id in facts.teams), 0)
