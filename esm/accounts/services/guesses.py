"""Keeps guessing slow where a secret in an address is all the proof there is."""

from esm.accounts.models import SignInAttempt
from esm.accounts.services.sign_in import ATTEMPTS, KEPT, WINDOW, attempt_key
from esm.common import clock


def count(what: str, address: str) -> None:
    """Somebody at a network address tried a secret that was never made."""
    now = clock.now()
    SignInAttempt.objects.filter(at__lt=now - KEPT).delete()
    SignInAttempt.objects.create(key=_key(what, address), at=now)


def too_many(what: str, address: str) -> bool:
    """Whether a network address has tried as often as a wrong password may be."""
    rows = SignInAttempt.objects.filter(key=_key(what, address), at__gt=clock.now() - WINDOW)
    return rows.count() >= ATTEMPTS


def _key(what: str, address: str) -> str:
    # A line break is in no name of an account, so the two kinds of attempts never meet.
    return attempt_key(f"{what}\n", address)
