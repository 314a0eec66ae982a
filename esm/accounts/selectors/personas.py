"""Accounts that the demo's sign-in page offers."""

from django.conf import settings

from esm.accounts import registries
from esm.accounts.models import User
from esm.accounts.registries import Persona


def personas() -> list[Persona]:
    """The accounts one may look around as; none outside a demo."""
    if not settings.DEMO:
        return []
    users = list(User.objects.filter(is_demo=True, is_active=True, is_superuser=False))
    known = registries.describe([user.pk for user in users])
    found = [
        (known.get(user.pk) or Persona(key=user.username, name=user.username), user)
        for user in users
    ]
    found.sort(key=lambda pair: (pair[0].order, pair[0].name))
    return [persona for persona, _ in found]
