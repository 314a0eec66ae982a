"""The pages at the door, and one call of the API that needs a scope."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.accounts.api.permissions import HasScope


class Probe(APIView):
    """Says who asks."""

    permission_classes = [IsAuthenticated, HasScope]
    scopes = {"read": "requests:read", "write": "requests:write"}

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.get_username()})

    def post(self, request: Request) -> Response:
        return Response({"user": request.user.get_username()})


class Unnamed(Probe):
    """A view whose author forgot the scope."""

    scopes: dict[str, str] = {}


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user))


urlpatterns = [
    path("", include("esm.accounts.urls")),
    path("", include("esm.notices.urls")),
    path("who/", who),
    path("api/probe/", Probe.as_view()),
    path("api/unnamed/", Unnamed.as_view()),
]
