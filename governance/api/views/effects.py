"""Effects that were given up or come late, over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_response
from esm.common.api.views import operation, told
from governance.api.serializers_effects import (
    DiscardIn,
    DoneOut,
    EffectOut,
    EffectsQuery,
    RetryIn,
)
from governance.selectors import health_page
from governance.selectors.people import actor_for
from governance.services import effects

SCOPES = {"read": "admin", "write": "admin"}


class Effects(ScopedView):
    """Effects that wait for somebody."""

    scopes = SCOPES

    @operation("effect_list", tag="effects", answer=EffectOut, query=EffectsQuery, page=True)
    def get(self, request: Request) -> Response:
        """List effects that were given up, or that come late; 200 at most."""
        rows = health_page.rows(request.user, self.query["state"])
        return page_response(request, Page(rows), EffectOut)


class Retry(ScopedView):
    """Trying again."""

    scopes = SCOPES

    @operation("effect_retry", tag="effects", answer=DoneOut, body=RetryIn)
    def post(self, request: Request) -> Response:
        """Have effects tried again at once, from the first attempt."""
        health_page.require(request.user)
        body = self.body(request)
        done = effects.retry(body["effects"], reason=body["reason"], actor=actor_for(request.user))
        return told(DoneOut, {"done": done})


class Discard(ScopedView):
    """Giving up for good."""

    scopes = SCOPES

    @operation("effect_discard", tag="effects", answer=DoneOut, body=DiscardIn)
    def post(self, request: Request) -> Response:
        """Let effects never happen; the reason is kept on record."""
        health_page.require(request.user)
        body = self.body(request)
        done = effects.discard(
            body["effects"], reason=body["reason"], actor=actor_for(request.user)
        )
        return told(DoneOut, {"done": done})
