"""What the views of a request share: finding it, and the rows that hang on it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import clock
from esm.common.api.views import told
from esm.common.errors import NotFound
from esm.common.rows import one
from esm.events.actors import Actor
from governance import policies
from governance.models import Team
from governance.selectors import people, versions
from workflows import locks
from workflows.api.serializers import VisitOut
from workflows.models import Attachment, Comment, Handoff, Request, StageVisit
from workflows.selectors import checklists, filed, identities, measured, scopes
from workflows.selectors import requests as seen
from workflows.services.looking import look_at_request

# What of a request the answer to a command on a part of it is made from.
TOLD = (
    "number", "version", "workflow_key", "data", "amount", "currency", "offering", "service",
    "requester_department",
)  # fmt: skip
NOTHING = "There is nothing with this number."
PEOPLE = ("offered_by", "routed_to", "responded_by")


class OfRequest(ScopedView):
    """An address below a request."""

    scopes = {"read": "requests:read", "write": "requests:write"}

    def find(self, ref: str, **more: Any) -> Request:
        """The visible request; ``more`` as ``by_ref`` takes it.

        Raises NotFound, for hidden and missing alike.
        """
        digits = ref.removeprefix("R-")
        if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
            raise NotFound("This request does not exist.")
        found = seen.by_ref(self.request.user, ref, **more)
        if self.request.method in ("GET", "HEAD"):
            look_at_request(self.request.user, found)
        return found

    def to_act_on(self, ref: str, seq: int, rows: QuerySet[Any], team: str) -> tuple[Request, Team]:
        """The visible request and the team of one of its ``rows``, in one narrow query.

        Keys alone are told of what hangs on it. Raises NotFound.
        """
        teams = rows.order_by().filter(request=OuterRef("pk"), seq=seq).values(team)
        found = self.find(ref, related=(), only=TOLD, at=Subquery(teams))
        team_id: int | None = found.__dict__["at"]
        if team_id is None:
            raise NotFound(NOTHING)
        identities.attach(found, "offering", "service", "requester_department")
        return found, identities.row(Team, team_id)

    def actor(self, team: str = "") -> Actor:
        """The caller, acting in the named team where they work in it."""
        return people.actor_for(self.request.user, team=team)

    def told_visit(self, request: Request, seq: int) -> Response:
        """One step as it is now. Raises NotFound."""
        row = numbered(visits_of(request), seq)
        return told(VisitOut, *with_checklists(self.request.user, request, [row]))

    def hold(self, request: Any, **place: Any) -> None:
        found = self.find(place["ref"], related=(), only=("number",))
        locks.request_for_update(found.pk)

    def may(self, request: Request, action: str) -> bool:
        """Whether the caller may do this to the request."""
        actor, facts = people.actor_for(self.request.user), people.facts_for(self.request.user)
        return policies.judge(actor, action, scopes.scope_of(request), facts).ok


def with_places(rows: QuerySet[Request]) -> QuerySet[Request]:
    """Requests with what a list shows of each, in a bounded number of queries."""
    live = StageVisit.objects.filter(state__in=StageVisit.LIVE).select_related("team")
    places = Prefetch("visits", queryset=live.order_by("seq"), to_attr="live_visits")
    return rows.select_related(*seen.RELATED).prefetch_related(places)


def visits_of(request: Request) -> QuerySet[StageVisit]:
    """The steps of a request; ``with_checklists`` adds what is not read with them."""
    return request.visits.select_related("holder")


def with_checklists(user: Any, request: Request, visits: Iterable[StageVisit]) -> list[StageVisit]:
    """The steps with ``checklist`` and ``worked`` at hand, as the caller may see them.

    And with team and department, which are remembered.
    """
    rows = list(visits)
    for row in rows:
        identities.attach(row, "team", "department")
    bp = versions.blueprint(request.version_id)
    facts, person = people.facts_for(user), people.person_for(user)
    found = checklists.shown(bp, request, rows, facts)
    worked = measured.of_visits(bp, rows, facts, person.pk if person else 0, clock.now())
    for row, checklist in zip(rows, found, strict=True):
        row.__dict__["checklist"] = checklist
        row.__dict__["worked"] = worked.get(row.pk)
    return rows


def handoffs_of(request: Request) -> QuerySet[Handoff]:
    """The offers of a request."""
    sides = ("previous", "from_visit", "to_visit", "giver_team", "receiver_team")
    return request.handoffs.select_related(*sides, *PEOPLE)


def comments_of(request: Request, *, notes: bool) -> QuerySet[Comment]:
    """What was said, with the internal notes only for who may read them."""
    rows = request.comments.filter(removed_at=None).select_related("author", "department")
    return rows if notes else rows.filter(internal=False)


def files_of(user: Any, request: Request) -> QuerySet[Attachment]:
    """The files of a request that the caller reads and that were not taken out."""
    return filed.of_request(user, request)


def said(request: Request, seq: int, *, internal: bool) -> Comment:
    """A message, or a note, by its number; the two are numbered apart. Raises NotFound."""
    found: Comment = numbered(comments_of(request, notes=True).filter(internal=internal), seq)
    return found


def numbered(rows: QuerySet[Any], seq: int) -> Any:
    """The row with this number within its request. Raises NotFound."""
    found = one(rows.filter(seq=seq))
    if found is None:
        raise NotFound(NOTHING)
    return found
