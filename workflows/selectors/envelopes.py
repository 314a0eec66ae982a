"""Where a request is, for who answers for its service or stream but may not read what it says."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from esm.common import clock
from esm.common.errors import NotFound
from governance.selectors import owning, versions
from workflows.models import Request
from workflows.selectors import path, requests


@dataclass(frozen=True)
class Envelope:
    """Number, service, steps with their teams, and times; nobody's words and nobody's name."""

    request: Request
    service: str
    stream: str
    version: str
    steps: list[path.PathStep]


def visible_to(user: Any) -> QuerySet[Request]:
    """The requests whose envelope an account may see: of what its person owns, none confidential.

    Those whose content it may see are among them, if they are of these services and streams.
    """
    owned = owning.owned_by(user)
    if not owned.services and not owned.streams:
        return Request.objects.none()
    theirs = Q(service__key__in=owned.services) | Q(value_stream__key__in=owned.streams)
    return Request.objects.filter(theirs, confidential=False)


def by_ref(user: Any, ref: str) -> Envelope:
    """The envelope of a request by its number; raises NotFound where neither sight is given."""
    rows = (visible_to(user) | requests.visible_to(user)).select_related(*requests.RELATED)
    found = rows.filter(number=requests.number_of(ref)).first()
    if found is None:
        raise NotFound("This request does not exist.")
    return of(found)


def of(request: Request) -> Envelope:
    """The envelope of a request; one query."""
    bp = versions.blueprint(request.version_id)
    rows = request.visits.select_related("team__department", "department").order_by("seq")
    visits = list(rows)
    for visit in visits:
        # Teams, not persons, for who is not in the team.
        visit.holder_id = None
        visit.holder = None
    return Envelope(
        request=request,
        service=request.service.name,
        stream=request.value_stream.name,
        version=request.version.code,
        steps=path.steps_of(request, bp, visits, clock.now()),
    )
