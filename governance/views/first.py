"""The first account of an installation, at an address only whoever started it knows."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from esm.common.errors import Invalid
from governance.services import first_account
from governance.views.asking import Field
from governance.views.people import ASKS

ASKED = ("name", "email", "username")


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@ASKS
def open_first(request: HttpRequest, key: str) -> HttpResponse:
    """Open it and go on with the guide; there is nothing here once there is an account."""
    if not first_account.fits(key):
        raise Http404
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in (*ASKED, "password")}
        try:
            user = first_account.open_first_account(**given)
        except Invalid as refused:
            errors = refused.errors or {"": [refused.sentence]}
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("start")
    fields = [{**f, "value": request.POST.get(f["name"], ""), "errors": errors.get(f["name"], [])}
              for f in _fields()]  # fmt: skip
    page = {"fields": fields, "errors": errors}
    return render(request, "governance/start/first.html", page, status=400 if errors else 200)


def _fields() -> list[Field]:
    return [
        {"name": "name", "label": _("Your name"), "required": True, "max_length": 200,
         "autocomplete": "name"},
        {"name": "email", "label": _("Your mail address"), "type": "email", "required": True,
         "max_length": 200, "autocomplete": "email"},
        {"name": "username", "label": _("Name to sign in with"), "required": True,
         "max_length": first_account.MAX_USERNAME, "autocomplete": "username"},
        {"name": "password", "label": _("Password"), "type": "password", "required": True,
         "autocomplete": "new-password", "help": _("At least eight letters or digits.")},
    ]  # fmt: skip
