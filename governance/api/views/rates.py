"""Exchange rates over REST."""

from decimal import Decimal

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of, page_response
from esm.common.api.views import operation, told
from governance.api.serializers_rates import RateIn, RateOut, RatesQuery
from governance.models import ExchangeRate
from governance.selectors.administration import check, require_everything
from governance.selectors.people import actor_for
from governance.services import rates


class Rates(ScopedView):
    """Exchange rates that are kept."""

    scopes = {"read": "admin", "write": "admin"}

    @operation("rate_list", tag="decisions", answer=RateOut, query=RatesQuery, page=True)
    def get(self, request: Request) -> Response:
        """List exchange rates, those stored last first."""
        require_everything(request.user)
        asked = self.query
        rows = ExchangeRate.objects.all()
        rows = rows if asked["replaced"] else rows.filter(replaced_at=None)
        for name in ("source", "target"):
            rows = rows.filter(**{name: asked[name]}) if name in asked else rows
        said = f"rates {asked.get('source')} {asked.get('target')} {asked['replaced']}"
        page = page_of(rows, name=said, order=("-id",), query=asked)
        return page_response(request, page, RateOut)

    @operation("rate_keep", tag="decisions", answer=RateOut, body=RateIn, status=201)
    def post(self, request: Request) -> Response:
        """Keep the rate of a day; what was asked for before keeps the one it was decided with."""
        check(request.user, "rate.keep")
        body = self.body(request)
        reason = body.pop("reason")
        rate = rates.NewRate(**{**body, "rate": Decimal(body["rate"])})
        made = rates.keep_rates([rate], reason=reason, actor=actor_for(request.user))
        row = (
            made[0]
            if made
            else ExchangeRate.objects.get(
                source=rate.source, target=rate.target, day=rate.day, replaced_at=None
            )
        )
        return told(RateOut, row, status=201)
