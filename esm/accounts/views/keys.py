"""The switch of the keys."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from esm.accounts.models import User
from esm.accounts.services.keys import use_keys


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keys on or off; a script asks without leaving the page."""
    user = use_keys(cast(User, request.user), on=bool(request.POST.get("on")))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.success(request, _("Keys are on.") if user.uses_keys else _("Keys are off."))
    back = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if here else "/")
