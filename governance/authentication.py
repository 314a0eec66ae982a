"""How a session finds its account: with the person behind it, in one query."""

from django.contrib.auth.backends import ModelBackend

from esm.accounts.models import User
from governance.selectors import standing


class PersonBackend(ModelBackend):
    """Signs in like Django's own; who comes back brings teams and roles along."""

    def get_user(self, user_id: int) -> User | None:
        """The account of a session; None for one that is closed."""
        user = standing.account(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
