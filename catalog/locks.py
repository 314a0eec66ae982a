"""The only place of this app that takes row locks."""

from uuid import UUID

from catalog.models import Draft
from esm.common.errors import NotFound
from governance.selectors.people import Account


def lock_draft(draft_id: UUID, user: Account) -> Draft:
    """A draft of this account. Raises NotFound for anybody else's."""
    rows = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id, user_id=user.pk or 0)
    draft = rows.first()
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft
