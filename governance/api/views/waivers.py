"""Waivers over REST: asked for here, granted by their decisions, taken back."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import clock
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers_waivers import WaiverIn, WaiverOut, WaiversQuery, WaiverWhyIn
from governance.locks import lock_waiver
from governance.models import Waiver
from governance.selectors import waivers as known
from governance.selectors.people import actor_for, person_for
from governance.services import waivers
from governance.services.waivers import Wish

SCOPES = {"read": "requests:read", "write": "decide"}


def _shown(row: Waiver, status: int = 200) -> Response:
    return told(WaiverOut, known.rows_of([row])[0], status=status)


class Waivers(ScopedView):
    """Waivers, latest first."""

    scopes = SCOPES

    @operation("waiver_list", tag="decisions", answer=WaiverOut, query=WaiversQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the waivers you may see: yours and those you decide, or all of them."""
        seen = known.visible_to(request.user)
        rows = known.standing_is(seen, self.query["state"], clock.now())
        name = f"waivers {self.query['state']} {request.user.pk}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        return page_response(request, Page(known.rows_of(page.rows), page.cursor), WaiverOut)

    @operation("waiver_ask", tag="decisions", answer=WaiverOut, body=WaiverIn, status=201)
    def post(self, request: Request) -> Response:
        """Ask that a control, a policy or a finding need not be kept for a time."""
        body, person = self.body(request), person_for(request.user)
        if person is None:
            raise NotAllowed("This account belongs to no person.", code="waiver-ask")
        row = waivers.ask_waiver(person, Wish(**body), actor=actor_for(request.user))
        answer = _shown(row, 201)
        answer["Location"] = f"{request.path}/{row.pk}"
        return answer


class _Waiver(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, number: int) -> Waiver:
        """Raises NotFound, for hidden and missing alike."""
        row = known.visible_to(request.user).filter(pk=number).first()
        if row is None:
            raise NotFound("There is no such waiver.")
        return row

    def hold(self, request: Request, **place: int) -> None:
        lock_waiver(self.find(request, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        """The waiver's, also where it is taken back."""
        data = _shown(self.find(request, place["number"])).data
        return match.tag_of(data, WaiverOut.moving)


class WaiverView(_Waiver):
    """One waiver."""

    @operation("waiver_get", tag="decisions", answer=WaiverOut)
    def get(self, request: Request, number: int) -> Response:
        """One waiver, and where it stands now."""
        return _shown(self.find(request, number))


class End(_Waiver):
    """Its end."""

    @operation("waiver_end", tag="decisions", answer=WaiverOut, body=WaiverWhyIn)
    def post(self, request: Request, number: int) -> Response:
        """Take it back: the rule holds again from this moment on."""
        row, why = self.find(request, number), self.body(request)["reason"]
        return _shown(waivers.revoke_waiver(row, reason=why, actor=actor_for(request.user)))
