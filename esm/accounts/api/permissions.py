"""What a token was made for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from esm.accounts.models import ApiToken

if TYPE_CHECKING:
    # The framework's views read this class while they are being imported themselves.
    from rest_framework.views import APIView

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class HasScope(BasePermission):
    """Lets a token through if it has the scope the view asks for; people are not narrowed.

    A view says ``scopes = {"read": "requests:read", "write": "requests:write"}``; an action or a
    method ("accept", "DELETE") may be named instead and goes before. A view that names no scope for
    what is asked is closed to tokens.
    """

    message = "This token was not made for this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        scope = wanted_scope(request, view)
        if scope and scope in token.scopes:
            return True
        self.message = (
            f"This token lacks the scope {scope}." if scope else "Tokens cannot be used here."
        )
        return False


def wanted_scope(request: Request, view: APIView) -> str:
    """The scope that this call of the view asks for; empty when it names none."""
    scopes: Mapping[str, str] = getattr(view, "scopes", {})
    action: str = getattr(view, "action", None) or ""
    method = request.method or ""
    for name in (action, method, "read" if method in SAFE else "write"):
        if name in scopes:
            return scopes[name]
    return ""
