"""Small pages of the shell that need no app."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR_S = 31_536_000


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or, with anything else, what the device prefers; for visitors without script."""
    theme = request.POST.get("theme", "")
    back = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    answer = HttpResponseRedirect(back if here else "/")
    if theme in ("light", "dark"):
        answer.set_cookie(
            "theme", theme, max_age=YEAR_S, samesite="Lax", secure=request.is_secure()
        )
    else:
        answer.delete_cookie("theme")
    return answer
