"""The tokens of an account, in words, and what one may have a token for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from esm.accounts.choices import TokenScope
from esm.accounts.models import ApiToken
from esm.common import clock
from esm.common.errors import NotFound
from governance.selectors.people import Account, facts_for

# From here on a token is marked, so that another one is made in time.
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Shown:
    """A token as a list shows it; ``state`` is counts, soon, over or ended."""

    token: ApiToken
    state: str
    scopes: tuple[Any, ...]

    @property
    def counts(self) -> bool:
        """It is believed now."""
        return self.state in ("counts", "soon")


def tokens_of(user_id: int) -> QuerySet[ApiToken]:
    """All tokens of an account, newest first, ended ones too."""
    return ApiToken.objects.filter(user_id=user_id).order_by("-created_at", "prefix")


def live_of(user_id: int) -> QuerySet[ApiToken]:
    """Those that are believed now."""
    now = clock.now()
    begun = now - timedelta(days=settings.TOKEN_MAX_DAYS)
    rows = tokens_of(user_id).filter(revoked_at=None, created_at__gt=begun)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def token_of(user_id: int, prefix: str) -> ApiToken:
    """One of an account's. Raises NotFound, for those of others and missing ones alike."""
    row = tokens_of(user_id).select_related("user").filter(prefix=prefix).first()
    if row is None:
        raise NotFound("There is no such token.")
    return row


def shown(rows: Iterable[ApiToken]) -> list[Shown]:
    """Tokens with their state and their scopes in words."""
    now = clock.now()
    return [Shown(row, state_of(row, now), in_words(row.scopes)) for row in rows]


def state_of(token: ApiToken, now: datetime) -> str:
    """counts, soon (ends within 14 days), over (ended by itself) or ended (by hand)."""
    if token.revoked_at is not None:
        return "ended"
    if token.ends_at <= now:
        return "over"
    return "soon" if token.ends_at - now <= SOON else "counts"


def in_words(scopes: Iterable[str]) -> tuple[Any, ...]:
    """Scopes as people read them, in the order of the list."""
    wanted = set(scopes)
    return tuple(scope.label for scope in TokenScope if scope.value in wanted)


def scopes_for(user: Account) -> list[TokenScope]:
    """What somebody may have a token for: what nobody could do with it is not offered."""
    facts = facts_for(user)
    return [one for one in TokenScope if one is not TokenScope.MODEL_WRITE or facts.steward]


def refused_scopes(user: Account, wanted: Iterable[str]) -> str:
    """Why somebody may not have a token for all of this; empty when they may."""
    unheld = {one.value for one in TokenScope} - {one.value for one in scopes_for(user)}
    if unheld.isdisjoint(wanted):
        return ""
    return "Only stewards change the operating model, so a token of yours cannot."
