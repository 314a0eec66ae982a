"""Who is at the door: checks names and passwords, and keeps guessing slow."""

import hmac
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import authenticate

from esm.accounts.models import SignInAttempt, User
from esm.common import clock
from esm.common.errors import NotAllowed

# The same for a wrong name, a wrong password, a closed account and too many attempts.
REFUSED = (
    "This name and password do not belong together, or there were too many attempts."
    " Check both, or wait a quarter of an hour."
)
ATTEMPTS = 5
WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


def check_password(name: str, password: str, *, address: str) -> User:
    """The account with this name (or mail address) and password.

    At most 5 attempts per name and network address in 15 minutes, counted in the database before
    the password is looked at, so that parallel guesses count too. Raises NotAllowed, always with
    the same sentence.
    """
    key = attempt_key(name, address)
    now = clock.now()
    SignInAttempt.objects.create(key=key, at=now)
    attempts = SignInAttempt.objects.filter(key=key, at__gt=now - WINDOW).count()
    user = None
    if attempts <= ATTEMPTS:
        user = authenticate(username=_username(name), password=password)
    if not isinstance(user, User):
        SignInAttempt.objects.filter(at__lt=now - KEPT).delete()
        raise NotAllowed(REFUSED)
    SignInAttempt.objects.filter(key=key).delete()
    return user


def open_persona(key: str) -> User:
    """The demo account of that name, without a password. Raises NotAllowed outside a demo."""
    user = None
    if settings.DEMO:
        user = User.objects.filter(
            username=key, is_demo=True, is_active=True, is_superuser=False
        ).first()
    if user is None:
        raise NotAllowed(REFUSED)
    return user


def attempt_key(name: str, address: str) -> str:
    """Keyed hash of a name and a network address; the table holds neither."""
    text = f"{name.strip().lower()}\n{address}"
    return hmac.new(str(settings.SECRET_KEY).encode(), text.encode(), sha256).hexdigest()


def _username(name: str) -> str:
    """The user name behind a mail address that exactly one account has, else the name itself."""
    name = name.strip()
    if "@" in name and not User.objects.filter(username=name).exists():
        found = list(User.objects.filter(email__iexact=name).values_list("username", flat=True)[:2])
        if len(found) == 1:
            return found[0]
    return name
