"""How programs sign in: ``Authorization: Bearer esm_<prefix>_<secret>``."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from esm.accounts.models import ApiToken, User
from esm.accounts.services.tokens import find_token, note_use, require_leave
from esm.common.errors import NotAllowed

REFUSED = "This token is not valid."


class TokenAuthentication(BaseAuthentication):
    """``request.user`` is the token's owner, ``request.auth`` the ApiToken with its scopes."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None without a bearer header; AuthenticationFailed, always alike, for a bad token.

        PermissionDenied or Retired, with what to do about it, for a program that may do nothing
        now.
        """
        keyword, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if keyword.lower() != self.keyword.lower():
            return None
        token = find_token(text.strip())
        if token is None:
            raise AuthenticationFailed(REFUSED)
        try:
            require_leave(token)
        except NotAllowed as refused:
            raise PermissionDenied(refused.sentence, code=refused.code) from None
        note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a refusal a 401."""
        return f'{self.keyword} realm="api"'
