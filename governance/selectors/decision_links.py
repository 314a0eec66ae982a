"""Which links of mails still work, and what may be decided by one at all."""

from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from esm.accounts.models import User
from esm.common import clock
from governance.models import Decision, DecisionLink, Person
from governance.registries import subject
from governance.selectors.people import Account, person_for
from governance.selectors.voting import may_answer


@dataclass(frozen=True, slots=True)
class Mailed:
    """A link that works, and the account its person acts with."""

    link: DecisionLink
    account: User


def hash_of_token(token: str) -> bytes:
    """What is stored of a secret."""
    return sha256(token.encode()).digest()


def was_made(token: str) -> bool:
    """Whether a secret was ever mailed; it may have ended long ago."""
    return DecisionLink.objects.filter(token_hash=hash_of_token(token)).exists()


def may_be_mailed(decision: Decision) -> bool:
    """Whether a decision may be taken by a link: switched on, not confidential, below the limit.

    Nor may one that takes another one back. One query.
    """
    if not settings.MAIL_DECISIONS or decision.reverses_id is not None:
        return False
    if decision.amount is not None and decision.amount >= settings.MAIL_DECISIONS_BELOW:
        return False
    general = subject(decision.subject_kind).general
    return general is None or general().filter(pk=decision.subject_id).exists()


def account_of(person: Person) -> User | None:
    """The account a person acts with; None for who left or has none."""
    if not person.active:
        return None
    return person.users.filter(is_active=True).order_by("pk").first()


def alive(token: str, viewer: Account) -> Mailed | None:
    """The link behind a secret, while it works: unused, in time, of this round, still theirs.

    None for somebody else who is signed in: what was forwarded works for nobody else.
    """
    related = ("person", "decision__version", "decision__requester", "decision__decider",
               "decision__stands_in_for", "decision__delegation", "decision__team",
               "decision__reverses", "decision__decided_by")  # fmt: skip
    rows = DecisionLink.objects.select_related(*related)
    link = rows.filter(token_hash=hash_of_token(token)).first()
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        return None
    decision = link.decision
    if decision.state != Decision.State.OPEN or decision.round != link.round:
        return None
    if viewer.is_authenticated and person_for(viewer) != link.person:
        return None
    account = account_of(link.person)
    theirs = Decision.objects.filter(may_answer(link.person_id), pk=decision.pk)
    if account is None or not theirs.exists() or not may_be_mailed(decision):
        return None
    return Mailed(link, account)
