"""One's own tokens over REST. A token can make none that may do more than itself."""

from typing import cast

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.models import ApiToken, User
from esm.accounts.services.tokens import NewToken
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.api.serializers_people import WhyIn
from governance.api.serializers_tokens import NewTokenOut, TokenIn, TokenOut
from governance.selectors.people import actor_for
from governance.selectors.tokens import token_of, tokens_of
from governance.services import tokens

SCOPES = {"read": "admin", "write": "admin"}


def user_of(request: Request) -> User:
    """The account that calls."""
    return cast(User, request.user)


def token_of_call(request: Request) -> ApiToken | None:
    """The token that calls; None in a browser."""
    return request.auth if isinstance(request.auth, ApiToken) else None


def shown_once(new: NewToken) -> Response:
    """A new token with its text."""
    answer = Response({**TokenOut(new.token).data, "token": new.text}, status=201)
    answer["Cache-Control"] = "no-store"
    return answer


class Tokens(ScopedView):
    """All of one's tokens."""

    scopes = SCOPES

    @operation("token_list", tag="tokens", answer=TokenOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List your tokens, newest first, ended ones too."""
        rows = tokens_of(user_of(request).pk)
        order = ("-created_at", "prefix")
        page = page_of(rows, name="tokens", order=order, query=self.query)
        return page_response(request, page, TokenOut)

    @operation("token_create", tag="tokens", answer=NewTokenOut, body=TokenIn, status=201)
    def post(self, request: Request) -> Response:
        """Make a token for yourself.

        Its text is in the answer and never shown again. It may do what you may at that moment,
        narrowed to its scopes.
        """
        new = tokens.make_token(
            user_of(request),
            **self.body(request),
            made_with=token_of_call(request),
            actor=actor_for(request.user),
        )
        answer = shown_once(new)
        answer["Location"] = f"{request.path}/{new.token.prefix}"
        return answer


class Token(ScopedView):
    """One token."""

    scopes = SCOPES

    @operation("token_get", tag="tokens", answer=TokenOut)
    def get(self, request: Request, prefix: str) -> Response:
        """One of your tokens, without its secret."""
        return told(TokenOut, token_of(user_of(request).pk, prefix))

    @operation("token_revoke", tag="tokens", answer=None, status=204)
    def delete(self, request: Request, prefix: str) -> Response:
        """End a token; it is refused from the next call on."""
        found = token_of(user_of(request).pk, prefix)
        tokens.end_token(found, actor=actor_for(request.user))
        return Response(status=204)


class End(ScopedView):
    """The end of a token, with a reason."""

    scopes = SCOPES

    @operation("token_end", tag="tokens", answer=TokenOut, body=WhyIn)
    def post(self, request: Request, prefix: str) -> Response:
        """End a token and say why; it is refused from the next call on."""
        found = token_of(user_of(request).pk, prefix)
        reason = self.body(request)["reason"]
        return told(TokenOut, tokens.end_token(found, reason=reason, actor=actor_for(request.user)))
