"""Delegations over REST: offered by whoever holds the right, answered by the delegate."""

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import clock
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers_delegations import (
    DelegationIn,
    DelegationOut,
    DelegationsQuery,
    DelegationWhyIn,
)
from governance.api.views.people import named_person
from governance.locks import lock_delegation
from governance.models import Delegation
from governance.selectors import administration
from governance.selectors import delegations as known
from governance.selectors.people import actor_for, person_for
from governance.services import delegations
from governance.services.delegations import Wish

SCOPES = {"read": "requests:read", "write": "decide"}


def _shown(row: Delegation, status: int = 200) -> Response:
    return told(DelegationOut, known.rows_of([row])[0], status=status)


class Delegations(ScopedView):
    """Delegations, latest first."""

    scopes = SCOPES

    @operation(
        "delegation_list", tag="decisions", answer=DelegationOut, query=DelegationsQuery, page=True
    )
    def get(self, request: Request) -> Response:
        """List what you gave and were given, or what everybody did."""
        rows = known.standing_is(self._rows(request), self.query["state"], clock.now())
        name = f"delegations {self.query['scope']} {self.query['state']} {request.user.pk}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        return page_response(request, Page(known.rows_of(page.rows), page.cursor), DelegationOut)

    def _rows(self, request: Request) -> QuerySet[Delegation]:
        if self.query["scope"] == "visible":
            administration.require_everything(request.user)
            return known.visible_to(request.user)
        person = person_for(request.user)
        return known.of_person(person) if person else Delegation.objects.none()

    @operation(
        "delegation_offer", tag="decisions", answer=DelegationOut, body=DelegationIn, status=201
    )
    def post(self, request: Request) -> Response:
        """Offer somebody a part of what you hold, for when you are away."""
        body, giver = self.body(request), person_for(request.user)
        if giver is None:
            raise NotAllowed("This account belongs to no person.", code="delegation-give")
        delegate = named_person(body.pop("delegate"), "delegate")
        reason = body.pop("reason")
        row = delegations.propose_delegation(
            giver, delegate, Wish(**body), reason=reason, actor=actor_for(request.user)
        )
        answer = _shown(row, 201)
        answer["Location"] = f"{request.path}/{row.pk}"
        return answer


class _Delegation(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, number: int) -> Delegation:
        """Raises NotFound, for hidden and missing alike."""
        row = known.visible_to(request.user).filter(pk=number).first()
        if row is None:
            raise NotFound("There is no such delegation.")
        return row

    def hold(self, request: Request, **place: int) -> None:
        lock_delegation(self.find(request, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        """The delegation's, also where it is acted on."""
        data = _shown(self.find(request, place["number"])).data
        return match.tag_of(data, DelegationOut.moving)


class DelegationView(_Delegation):
    """One delegation."""

    @operation("delegation_get", tag="decisions", answer=DelegationOut)
    def get(self, request: Request, number: int) -> Response:
        """One delegation, and where it stands now."""
        return _shown(self.find(request, number))


class Accept(_Delegation):
    """The delegate's yes."""

    @operation("delegation_accept", tag="decisions", answer=DelegationOut)
    def post(self, request: Request, number: int) -> Response:
        """Take on what you are offered; it counts from now on, inside its period."""
        row = self.find(request, number)
        self.body(request)
        return _shown(delegations.accept_delegation(row, actor=actor_for(request.user)))


class Decline(_Delegation):
    """The delegate's no."""

    @operation("delegation_decline", tag="decisions", answer=DelegationOut, body=DelegationWhyIn)
    def post(self, request: Request, number: int) -> Response:
        """Decline what you are offered."""
        row, why = self.find(request, number), self.body(request)["reason"]
        actor = actor_for(request.user)
        return _shown(delegations.decline_delegation(row, reason=why, actor=actor))


class End(_Delegation):
    """Its end."""

    @operation("delegation_end", tag="decisions", answer=DelegationOut, body=DelegationWhyIn)
    def post(self, request: Request, number: int) -> Response:
        """Take it back or give it back: no later decision counts under it."""
        row, why = self.find(request, number), self.body(request)["reason"]
        actor = actor_for(request.user)
        return _shown(delegations.revoke_delegation(row, reason=why, actor=actor))
