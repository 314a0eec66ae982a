"""Base of the addresses that a token needs a scope for: all but the one that says who calls."""

from rest_framework.permissions import IsAuthenticated

from esm.accounts.api.permissions import HasScope
from esm.common.api.views import ApiView


class ScopedView(ApiView):
    """``scopes`` names what a token needs; a method it does not name is closed to tokens."""

    permission_classes = [IsAuthenticated, HasScope]
