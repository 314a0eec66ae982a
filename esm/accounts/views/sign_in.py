"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from esm.accounts.forms import SignInForm
from esm.accounts.models import User
from esm.accounts.selectors.personas import personas
from esm.accounts.services.sign_in import check_password, open_persona
from esm.common.errors import NotAllowed


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page at the door; a demo's page also offers its people, without a password."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            user = _who(request, form)
        except NotAllowed as refusal:
            # One sentence for whatever was wrong, beside nothing that would tell more.
            form.errors.clear()
            form.add_error(None, refusal.sentence)
            user = None
        if user is not None:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect(_next(request))
    elif request.user.is_authenticated and not settings.DEMO:
        return redirect(_next(request))
    context = {"form": form, "next": _next(request), "personas": personas()}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseRedirect:
    """End the session and go back to the door."""
    logout(request)
    return redirect(settings.LOGIN_URL)


def _who(request: HttpRequest, form: SignInForm) -> User | None:
    """The account that may come in; None when the form is incomplete. Raises NotAllowed."""
    if settings.DEMO and "persona" in request.POST:
        return open_persona(request.POST["persona"])
    if not form.is_valid():
        return None
    address = request.META.get("REMOTE_ADDR", "")
    return check_password(
        form.cleaned_data["username"], form.cleaned_data["password"], address=address
    )


def _next(request: HttpRequest) -> str:
    """Where to go after: a page of this portal that was asked for, else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else str(settings.LOGIN_REDIRECT_URL)
