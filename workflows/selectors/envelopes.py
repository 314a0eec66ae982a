"""Where a request is, for who answers for its service or stream but may not read what it says."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from esm.common import clock
from esm.common.errors import NotFound
from governance.selectors import owning, versions
from workflows.models import Request, StageVisit
from workflows.selectors import path, requests

# Where the focus of a holding narrows what it is accountable for.
FOCUS = {
    "department": "department__key",
    "team": "team__key",
    "stream": "request__value_stream__key",
}


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

    And those with an open step for which a role of theirs is accountable, wherever its team is.

    Those whose content it may see are among them, if they are of these services and streams.
    """
    owned = owning.owned_by(user)
    if not owned.held:
        return Request.objects.none()
    theirs = Q(service__key__in=owned.services) | Q(value_stream__key__in=owned.streams)
    theirs |= Q(pk__in=_accountable(owned.held))
    return Request.objects.filter(theirs, confidential=False)


def _accountable(held: Collection[tuple[str, str, str]]) -> QuerySet[StageVisit, Any]:
    """Requests in which one of these roles is accountable for an open step."""
    meant = Q(pk__in=())
    for role, kind, key in held:
        if kind and kind not in FOCUS:
            continue
        meant |= Q(role_key=role, **({FOCUS[kind]: key} if kind else {}))
    rows = StageVisit.objects.filter(meant, state__in=StageVisit.LIVE)
    return rows.values_list("request_id", flat=True)


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
