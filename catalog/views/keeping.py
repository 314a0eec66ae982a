"""What was typed outlives the session: kept aside until the same person is signed in again."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import urlencode

KEY = "typed-before-sign-in"
MAX_KEPT = 200_000
View = Callable[[HttpRequest, UUID, int], HttpResponse]


def keeps_typed(view: View) -> View:
    """Like ``login_required`` for a section of a draft, but nothing that was typed is lost."""

    @wraps(view)
    def wrapped(request: HttpRequest, draft_id: UUID, number: int) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, draft_id, number)
        back = f"/drafts/{draft_id}/{number}/"
        if request.method == "POST":
            _keep(request, back)
        if request.headers.get("HX-Request"):
            target = f"{settings.LOGIN_URL}?{urlencode({'next': back})}"
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return redirect_to_login(back)

    return wrapped


def _keep(request: HttpRequest, back: str) -> None:
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode()
    if len(text) <= MAX_KEPT:
        request.session[KEY] = {"back": back, "typed": text}


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What was typed into this section before the session ended; once."""
    kept = request.session.pop(KEY, None)
    if not kept or kept["back"] != request.path:
        return None
    return QueryDict(kept["typed"])
