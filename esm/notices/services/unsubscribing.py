"""The link under every mail that ends mails of its kind: signed, without a sign-in (RFC 8058).

Following the link changes nothing; only a POST to it does.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing

from esm.common.errors import NotFound
from esm.notices import registries
from esm.notices.services import preferences

SALT = "notices.unsubscribe"
# What stands for the digest where a kind could stand.
DIGEST = "*digest"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Whom the link belongs to, and what it ends."""

    person_id: int
    kind: str

    @property
    def is_digest(self) -> bool:
        """Whether it ends the digest, not one kind."""
        return self.kind == DIGEST

    @property
    def label(self) -> Any:
        """The kind in words."""
        return registries.kind(self.kind).label


def token_for(person_id: int, kind: str) -> str:
    """The signed part of the address."""
    return signing.dumps([person_id, kind], salt=SALT)


def read_token(token: str) -> Unsubscription:
    """Raises NotFound for a token that was not signed here."""
    try:
        person_id, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound("This link belongs to no mail of ours.") from None
    return Unsubscription(int(person_id), str(kind))


def unsubscribe(token: str) -> Unsubscription:
    """End mails of the kind the token names; in the portal nothing changes. Raises NotFound."""
    found = read_token(token)
    if found.is_digest:
        preferences.stop_digests(found.person_id)
    else:
        preferences.stop_mail(found.person_id, kind=found.kind)
    return found
