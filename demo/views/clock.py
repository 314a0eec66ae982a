"""Moving the demo's clock, and the line above every page that says so."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from demo.selectors.offset import offset
from demo.services import clock
from esm.common import clock as time_source
from esm.common.nav import Banner
from esm.common.ui.moments import moment

ADDRESS = "/demo/clock/forward/"


@require_POST
@login_required
def forward(request: HttpRequest) -> HttpResponse:
    """One business day on; back to the page it was asked from."""
    if not settings.DEMO:
        raise Http404
    assert request.user.is_authenticated
    now = clock.forward(request.user)
    messages.success(request, _("The demo's clock shows %(when)s.") % {"when": moment(now)})
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    asked = request.META.get("HTTP_REFERER", "")
    fine = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if fine else "/"


def banner(request: HttpRequest) -> Banner | None:
    """Says that this is a demo and how far its clock is ahead; None elsewhere."""
    user = request.user
    if not settings.DEMO or not user.is_authenticated:
        return None
    ahead, may = offset(), clock.may_move(user)
    if not ahead and not may:
        return None
    text = _("Demo with invented people.")
    if ahead:
        days = max(1, round(ahead.total_seconds() / 86_400))
        text = ngettext(
            "Demo: the clock is %(days)d day ahead and shows %(when)s.",
            "Demo: the clock is %(days)d days ahead and shows %(when)s.",
            days,
        ) % {"days": days, "when": moment(time_source.now())}
    if not may:
        return Banner(text)
    return Banner(text, form=ADDRESS, button=_("One business day on"))
