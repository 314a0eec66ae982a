"""Objections over REST: tested, worked in, withdrawn, overruled."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.api.serializers_change import ObjectionOut, SettleIn, TestIn
from governance.api.views.model import version_of
from governance.blueprint.consent import Answered
from governance.locks import lock_version
from governance.models import Objection
from governance.selectors import review_page
from governance.selectors.people import actor_for
from governance.services import objecting

SCOPES = {"read": "model:read", "write": "decide"}


class Objections(ScopedView):
    """The objections to a version."""

    scopes = SCOPES

    @operation("objection_list", tag="model", answer=ObjectionOut, query=PageQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List the objections to a version, with what came of each."""
        rows = Objection.objects.filter(version=version_of(request, code))
        rows = rows.select_related("version", "round", "person")
        page = page_of(rows, name=f"objections {code}", order=("id",), query=self.query)
        return page_response(request, page, ObjectionOut)


class _Objection(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, code: str, number: int) -> Objection:
        """Raises NotFound. One's own stays readable all the way."""
        row = review_page.objection_for(request.user, code, number)
        if row is None:
            version = version_of(request, code)
            row = next((o for o in review_page.objections_of(version) if o.number == number), None)
        if row is None:
            raise NotFound("There is no such objection.")
        return row

    def hold(self, request: Request, **place: str) -> None:
        lock_version(self.find(request, place["code"], int(place["number"])).version_id)

    def tag(self, request: Request, **place: str) -> str:
        """The objection's."""
        found = self.find(request, place["code"], int(place["number"]))
        return match.tag_of(told(ObjectionOut, found).data)

    def again(self, row: Objection) -> Response:
        """As it stands by now."""
        rows = Objection.objects.select_related("version", "round", "person")
        return told(ObjectionOut, rows.get(pk=row.pk))


class ObjectionView(_Objection):
    """One objection."""

    @operation("objection_get", tag="model", answer=ObjectionOut)
    def get(self, request: Request, code: str, number: int) -> Response:
        """One objection, its test and what came of it."""
        return self.again(self.find(request, code, number))


class Test(_Objection):
    """The five questions."""

    @operation("objection_test", tag="model", answer=ObjectionOut, body=TestIn)
    def post(self, request: Request, code: str, number: int) -> Response:
        """Answer the five questions; whether it is valid follows from them."""
        row, body = self.find(request, code, number), self.body(request)
        reason = body.pop("reason")
        objecting.test(
            row.version, number, Answered(**body), reason=reason, actor=actor_for(request.user)
        )
        return self.again(row)


class Integrate(_Objection):
    """Working it in."""

    @operation("objection_integrate", tag="model", answer=ObjectionOut, body=SettleIn)
    def post(self, request: Request, code: str, number: int) -> Response:
        """Take the version back to work a valid objection in."""
        row, why = self.find(request, code, number), self.body(request)["reason"]
        objecting.integrate(row.version, number, reason=why, actor=actor_for(request.user))
        return self.again(row)


class Resolve(_Objection):
    """It is worked in."""

    @operation("objection_resolve", tag="model", answer=ObjectionOut, body=SettleIn)
    def post(self, request: Request, code: str, number: int) -> Response:
        """Say what was changed for it, once the draft holds that."""
        row, why = self.find(request, code, number), self.body(request)["reason"]
        objecting.resolve(row.version, number, changed=why, actor=actor_for(request.user))
        return self.again(row)


class Withdraw(_Objection):
    """Withdrawing it."""

    @operation("objection_withdraw", tag="model", answer=ObjectionOut, body=SettleIn)
    def post(self, request: Request, code: str, number: int) -> Response:
        """Whoever raised it wants it no more."""
        row, why = self.find(request, code, number), self.body(request)["reason"]
        objecting.withdraw(row.version, number, reason=why, actor=actor_for(request.user))
        return self.again(row)


class Overrule(_Objection):
    """Overruling it."""

    @operation("objection_overrule", tag="model", answer=ObjectionOut, body=SettleIn)
    def post(self, request: Request, code: str, number: int) -> Response:
        """Set it aside, on record; only who decides on this change of the model."""
        row, why = self.find(request, code, number), self.body(request)["reason"]
        objecting.overrule(row.version, number, reason=why, actor=actor_for(request.user))
        return self.again(row)
