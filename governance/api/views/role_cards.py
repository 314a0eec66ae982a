"""Role cards over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.views import operation, told
from governance.api.serializers_cards import RoleCardOut
from governance.selectors.role_card import card_of


class RoleCard(ScopedView):
    """The card of a role."""

    scopes = {"read": "model:read"}

    @operation("role_card", tag="model", answer=RoleCardOut)
    def get(self, request: Request, key: str) -> Response:
        """What a role answers for and decides, with whom it works, and who holds it now."""
        return told(RoleCardOut, card_of(key))
