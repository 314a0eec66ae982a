"""Teams over REST: their load, and the work of people who are away."""

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from workflows.api.serializers_desk import LoadOut, StrandedOut
from workflows.selectors import away, load

SCOPES = {"read": "requests:read"}


class TeamLoad(ScopedView):
    """The load of a team."""

    scopes = SCOPES

    @operation("team_load", tag="teams", answer=LoadOut)
    def get(self, request: Call, key: str) -> Response:
        """How much a team has in hand; what each member holds is told to the team itself."""
        return told(LoadOut, load.load_of(request.user, key))


class TeamAway(ScopedView):
    """The work of people who are away."""

    scopes = SCOPES

    @operation("team_away", tag="teams", answer=StrandedOut, query=PageQuery, page=True)
    def get(self, request: Call, key: str) -> Response:
        """List steps held by people who are away or gone, oldest first; for leads of the team."""
        team = away.team_for_lead(request.user, key)
        rows = away.stranded(request.user, team)
        page = page_of(rows, name=f"away {key}", order=("id",), query=self.query)
        return page_response(request, Page(away.shown(page.rows), page.cursor), StrandedOut)
