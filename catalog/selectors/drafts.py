"""Drafts as their writer sees them: nobody else ever does."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from catalog.models import Draft, DraftFile
from governance.blueprint import kinds
from governance.models import ModelVersion
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True)
class DraftForm:
    """A draft with the offering as the version in force asks it, and its files by field."""

    draft: Draft
    version: ModelVersion
    offering: kinds.Offering
    files: dict[str, list[DraftFile]]

    @property
    def data(self) -> dict[str, Any]:
        """What was typed so far."""
        return dict(self.draft.data)


def visible_to(user: Account) -> QuerySet[Draft]:
    """One's own drafts that were not thrown away."""
    if not user.is_authenticated:
        return Draft.objects.none()
    rows = Draft.objects.filter(user_id=user.pk or 0, discarded_at__isnull=True)
    return rows.select_related("offering__service", "person", "beneficiary")


def open_drafts(user: Account) -> QuerySet[Draft]:
    """One's drafts that were not sent, last touched first."""
    return visible_to(user).filter(sent_as="").order_by("-updated_at")


def draft_form(user: Account, draft_id: UUID) -> DraftForm | None:
    """A draft with its form; None when it is not one's own or no longer offered."""
    draft = visible_to(user).filter(pk=draft_id).first()
    version = published()
    if draft is None or version is None:
        return None
    spec = blueprint(version).peek(kinds.Offering, draft.offering.key)
    if spec is None:
        return None
    files: dict[str, list[DraftFile]] = {}
    for file in draft.files.all():
        files.setdefault(file.field_key, []).append(file)
    return DraftForm(draft, version, spec, files)
