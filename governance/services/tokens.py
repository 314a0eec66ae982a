"""Tokens on record: who made which for whom, and why one was ended.

What a token may do is never more than its owner may at that moment; here is what it is made for.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from esm.accounts.models import ApiToken, User
from esm.accounts.services import tokens
from esm.accounts.services.tokens import NewToken
from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.event_types import TokenEnded, TokenMade
from governance.locks import lock_person, lock_program
from governance.models import Person, Program
from governance.selectors.tokens import live_of, refused_scopes
from governance.services.reasons import with_reason

MOST = 50
NOBODY = (
    "This account belongs to no person yet, so a token of it would act for nobody. An administrator"
    " links the account on the page of its person."
)
TOO_MANY = f"You have {MOST} tokens that count. End one you no longer need, then make this one."


def make_token(
    user: User,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    made_with: ApiToken | None = None,
    actor: Actor,
) -> NewToken:
    """A token of one's own. ``made_with`` is the token of the call, which passes on no more.

    Raises NotAllowed for accounts of nobody and for scopes that token lacks, Invalid for scopes one
    may not hold, too many tokens, and what ``create_token`` refuses.
    """
    wanted = sorted(set(scopes))
    _require_passed_on(wanted, made_with)
    with transaction.atomic():
        holder = _holder(user)
        if holder is None:
            raise NotAllowed(NOBODY, code="token-nobody")
        if refused := refused_scopes(user, wanted):
            raise Invalid("This token cannot be made.", {"scopes": [refused]})
        require_room(user.pk)
        made = tokens.create_token(user, name=name, scopes=wanted, expires_at=expires_at)
        ledger.record(holder, [made_event(made.token, made_with)], actor=actor)
    return made


def end_token(token: ApiToken, *, reason: str = "", actor: Actor) -> ApiToken:
    """End one's own token; it is refused from the next call on. Ended before, nothing is recorded.

    Raises NotFound for the token of somebody else.
    """
    with transaction.atomic():
        if token.user_id != actor.user_id:
            raise NotFound("There is no such token.")
        holder = _holder(token.user)
        token.refresh_from_db()
        if token.revoked_at is not None:
            return token
        private = with_reason(reason)
        ended = tokens.revoke_token(token.pk)
        if holder is not None:
            event = TokenEnded(user=token.user_id, prefix=token.prefix, private=private)
            ledger.record(holder, [event], actor=actor)
    return ended


def made_event(token: ApiToken, made_with: ApiToken | None, reason: str = "") -> TokenMade:
    """What the ledger keeps about a new token; its secret is nowhere."""
    return TokenMade(
        user=token.user_id,
        prefix=token.prefix,
        scopes=list(token.scopes),
        ends_at=moment_text(token.ends_at),
        by=made_with.prefix if made_with else "",
        private=with_reason(reason, name=token.name),
    )


def require_room(user_id: int) -> None:
    """Raise Invalid for an account that has as many tokens as it may."""
    if live_of(user_id).count() >= MOST:
        raise Invalid(TOO_MANY, {"": [TOO_MANY]})


def _holder(user: User) -> Person | Program | None:
    """Who an account is, locked: on their chain stands what becomes of its tokens."""
    person = Person.objects.filter(users=user.pk, active=True).order_by("pk").first()
    if person is not None:
        return lock_person(person.pk)
    program = Program.objects.filter(account__user=user.pk, ended_at=None).first()
    return lock_program(program.pk) if program is not None else None


def _require_passed_on(wanted: list[str], made_with: ApiToken | None) -> None:
    more = sorted(set(wanted) - set(made_with.scopes)) if made_with is not None else []
    if more:
        said = f"This token lacks {', '.join(more)} and cannot pass it on."
        raise NotAllowed(said, code="token-scope")
