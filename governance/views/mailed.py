"""The page behind the link of a mail: shows what is asked, and acts by its form alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_cookie

from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from governance.selectors.decisions import rows_of, whose_name
from governance.selectors.versions import blueprint
from governance.services import mailed

PAGE = "governance/decision_by_mail.html"


# Said of every answer: that of a link that never was looks like that of a dead one.
@vary_on_cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Decide without a session, for whoever was mailed the link. A GET asks and never acts."""
    try:
        if request.method != "POST":
            return _page(request, token, {})
        said = {name: request.POST.get(name, "") for name in ("outcome", "rationale")}
        done = mailed.decide_by_link(token, viewer=request.user, address=_address(request), **said)
    except NotFound:
        return render(request, PAGE, {"dead": True}, status=404)
    except (Invalid, InvalidState, NotAllowed) as refused:
        errors = getattr(refused, "errors", None) or {"rationale": [refused.sentence]}
        return _refused(request, token, errors, refused.status)
    return render(request, PAGE, {"done": done})


def _refused(
    request: HttpRequest, token: str, errors: dict[str, list[str]], status: int
) -> HttpResponse:
    try:
        return _page(request, token, errors, status)
    except NotFound:
        return render(request, PAGE, {"dead": True}, status=404)


def _page(
    request: HttpRequest, token: str, errors: dict[str, list[str]], status: int = 200
) -> HttpResponse:
    link = mailed.look_up(token, viewer=request.user, address=_address(request)).link
    context = {
        "row": rows_of([link.decision])[0],
        "role_name": whose_name(link.decision, blueprint(link.decision.version)),
        "person": link.person,
        "ends": link.expires_at,
        "errors": errors,
        "typed": {"rationale": request.POST.get("rationale", "")},
    }
    return render(request, PAGE, context, status=status)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
