"""Whether single keys act on the pages of an account."""

from django.db import transaction

from esm.accounts.models import User


@transaction.atomic
def use_keys(user: User, *, on: bool) -> User:
    """Switch the keys on or off, on every device the account is used on."""
    User.objects.filter(pk=user.pk).update(uses_keys=on)
    user.uses_keys = on
    return user
