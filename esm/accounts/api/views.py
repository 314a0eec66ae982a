"""How the portal treats the account that calls, over REST."""

from typing import cast

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.api.serializers import KeysIn, KeysOut
from esm.accounts.models import User
from esm.accounts.services import keys
from esm.common.api.views import operation, told


def _owner(request: Request) -> User:
    return cast(User, request.user)


class Keys(ScopedView):
    """Single keys on pages."""

    scopes = {"read": "requests:read", "write": "requests:write"}

    @operation("keys_get", tag="me", answer=KeysOut)
    def get(self, request: Request) -> Response:
        """Whether single keys act on the pages you open."""
        return told(KeysOut, _owner(request))

    @operation("keys_put", tag="me", answer=KeysOut, body=KeysIn)
    def put(self, request: Request) -> Response:
        """Switch single keys on or off, on every device you use."""
        return told(KeysOut, keys.use_keys(_owner(request), on=self.body(request)["on"]))
