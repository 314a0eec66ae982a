"""Who keeps which webhook."""

from esm.accounts.models import ServiceAccount, User
from esm.common.errors import NotAllowed
from esm.events.models import WebhookEndpoint

ONLY_OWNER = "Only its owner does this: whoever has its secret or its messages knows what they see."
ONLY_ADMIN = "Only administrators keep webhooks of programs."


def sees(user: User, endpoint: WebhookEndpoint) -> bool:
    """Its owner and administrators know of it."""
    return endpoint.owner_id == user.pk or user.is_admin


def owns(user: User, endpoint: WebhookEndpoint) -> bool:
    """Its owner; for a program's, administrators."""
    if endpoint.owner_id == user.pk:
        return True
    return user.is_admin and is_program(endpoint.owner_id)


def is_program(user_id: int) -> bool:
    """Whether the account belongs to a program."""
    return ServiceAccount.objects.filter(user_id=user_id).exists()


def require_owner(user: User, endpoint: WebhookEndpoint) -> None:
    """Raises NotAllowed for everybody else."""
    if not owns(user, endpoint):
        raise NotAllowed(ONLY_OWNER, code="webhook-owner")


def require_stop(user: User, endpoint: WebhookEndpoint) -> None:
    """Pausing and ending: administrators may for all."""
    if not sees(user, endpoint):
        raise NotAllowed(ONLY_OWNER, code="webhook-owner")


def require_ownership(user: User, owner: User) -> None:
    """Making one for an account. Raises NotAllowed."""
    if owner.pk != user.pk and not (user.is_admin and is_program(owner.pk)):
        raise NotAllowed(ONLY_ADMIN, code="webhook-owner")
