"""One's own tokens over REST. A token can make none that may do more than itself."""

from typing import cast

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.api.serializers import KeysIn, KeysOut, NewTokenOut, TokenIn, TokenOut
from esm.accounts.models import ApiToken, User
from esm.accounts.services import keys, tokens
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound

SCOPES = {"read": "admin", "write": "admin"}


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


class Tokens(ScopedView):
    """All of one's tokens."""

    scopes = SCOPES

    @operation("token_list", tag="tokens", answer=TokenOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List your tokens, newest first, ended ones too."""
        rows = ApiToken.objects.filter(user=_owner(request))
        order = ("-created_at", "prefix")
        page = page_of(rows, name="tokens", order=order, query=self.query)
        return page_response(request, page, TokenOut)

    @operation("token_create", tag="tokens", answer=NewTokenOut, body=TokenIn, status=201)
    def post(self, request: Request) -> Response:
        """Make a token for yourself.

        Its text is in the answer and never shown again. It may do what you may at that moment,
        narrowed to its scopes.
        """
        body = self.body(request)
        made_with = request.auth
        if isinstance(made_with, ApiToken):
            more = sorted(set(body["scopes"]) - set(made_with.scopes))
            if more:
                raise NotAllowed(
                    f"This token lacks {', '.join(more)} and cannot pass it on.",
                    code="token-scope",
                )
        new = tokens.create_token(
            _owner(request),
            name=body["name"],
            scopes=body["scopes"],
            expires_at=body.get("expires_at"),
        )
        shown = {**TokenOut(new.token).data, "token": new.text}
        answer = Response(shown, status=201)
        answer["Cache-Control"] = "no-store"
        answer["Location"] = f"{request.path}/{new.token.prefix}"
        return answer


class Token(ScopedView):
    """One token."""

    scopes = SCOPES

    @operation("token_get", tag="tokens", answer=TokenOut)
    def get(self, request: Request, prefix: str) -> Response:
        """One of your tokens, without its secret."""
        return told(TokenOut, self._find(request, prefix))

    @operation("token_revoke", tag="tokens", answer=None, status=204)
    def delete(self, request: Request, prefix: str) -> Response:
        """End a token; it is refused from the next call on."""
        tokens.revoke_token(self._find(request, prefix).pk, user=_owner(request))
        return Response(status=204)

    def _find(self, request: Request, prefix: str) -> ApiToken:
        row = ApiToken.objects.filter(user=_owner(request), prefix=prefix).first()
        if row is None:
            raise NotFound("There is no such token.")
        return row
