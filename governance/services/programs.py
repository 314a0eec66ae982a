"""Programs that act here: made, bound to a role, given tokens and ended, each with its reason."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from esm.accounts.choices import TokenScope
from esm.accounts.models import ApiToken, ServiceAccount, User
from esm.accounts.services import tokens
from esm.accounts.services.tokens import NewToken
from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.event_types import ProgramChanged, ProgramEnded, ProgramMade, TokenEnded
from governance.locks import lock_person, lock_program
from governance.models import Person, Program, Role
from governance.policies import Scope, require
from governance.selectors.administration import next_free, slug
from governance.selectors.programs import leave_of
from governance.selectors.tokens import token_of
from governance.services.person_fields import unstorable
from governance.services.reasons import with_reason
from governance.services.tokens import made_event, require_room

MAX_NAME = 120
KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
MAX_KEY = 60
ENDED = "This program has ended. Make a new one."


def make_program(
    *,
    name: str,
    role: str,
    owner: Person | None,
    scopes: Iterable[str],
    key: str = "",
    reason: str = "",
    actor: Actor,
) -> Program:
    """A program that acts in a role; ``owner`` answers for it. It does nothing without a token.

    Raises NotAllowed, and Invalid with what is wrong with each field.
    """
    require(actor, "program.keep", Scope())
    with transaction.atomic():
        owner = lock_person(owner.pk) if owner is not None else None
        wanted, errors = _checked(name, role, owner, scopes)
        key = key or _free_key(name)
        if not KEY.match(key) or len(key) > MAX_KEY or _taken(key):
            errors["key"] = ["Write a key of lowercase letters and digits that is not taken."]
        if errors:
            raise Invalid("This program cannot be kept like this.", errors)
        user = User.objects.create_user(key, None)
        account = ServiceAccount.objects.create(
            key=key, name=name.strip(), role_key=role, user=user
        )
        program = Program.objects.create(account=account, owner=owner, scopes=wanted)
        mark_locked(program)
        event = ProgramMade(
            program=key,
            role=role,
            owner=owner.ref if owner else "",
            scopes=wanted,
            private=with_reason(reason, name=account.name),
        )
        ledger.record(program, [event], actor=actor)
        return program


def change_program(
    program: Program,
    *,
    name: str,
    role: str,
    owner: Person | None,
    scopes: Iterable[str],
    reason: str = "",
    actor: Actor,
) -> Program:
    """Another name, role, owner or choice of scopes, from the next call on.

    As before, nothing is recorded. Raises NotAllowed, Invalid, and InvalidState once it has ended.
    """
    require(actor, "program.keep", Scope())
    with transaction.atomic():
        owner = lock_person(owner.pk) if owner is not None else None
        program = _open(program)
        account = program.account
        stays = owner is not None and owner.pk == program.owner_id
        wanted, errors = _checked(name, role, owner, scopes, stays=stays, had=account.role_key)
        if errors:
            raise Invalid("This program cannot be kept like this.", errors)
        before = (account.name, account.role_key, program.owner_id, sorted(program.scopes))
        after = (name.strip(), role, owner.pk if owner else None, wanted)
        names = ("name", "role", "owner", "scopes")
        fields = [n for n, old, new in zip(names, before, after, strict=True) if old != new]
        if not fields:
            return program
        account.name, account.role_key = name.strip(), role
        account.save(update_fields=["name", "role_key"])
        program.owner, program.scopes = owner, wanted
        program.save(update_fields=["owner", "scopes"])
        event = ProgramChanged(
            fields=fields,
            role=role,
            owner=owner.ref if owner else "",
            scopes=wanted,
            private=with_reason(reason, **({"name": account.name} if "name" in fields else {})),
        )
        ledger.record(program, [event], actor=actor)
        return program


def end_program(program: Program, *, reason: str, actor: Actor) -> Program:
    """End it for good: its tokens count no more, it sees and does nothing. What it did stays.

    Raises NotAllowed, Invalid without a reason, and InvalidState when it ended before.
    """
    require(actor, "program.keep", Scope())
    if not reason.strip():
        raise Invalid("Say why.", {"reason": ["Say why it ends; it cannot be taken back."]})
    with transaction.atomic():
        program = _open(program)
        account, now = program.account, clock.now()
        live = list(ApiToken.objects.filter(user=account.user_id, revoked_at=None).order_by("pk"))
        ApiToken.objects.filter(pk__in=[one.pk for one in live]).update(revoked_at=now)
        account.active = False
        account.save(update_fields=["active"])
        User.objects.filter(pk=account.user_id).update(is_active=False)
        program.ended_at = now
        program.save(update_fields=["ended_at"])
        events: list[DomainEvent] = [
            TokenEnded(user=account.user_id, prefix=one.prefix) for one in live
        ]
        events.append(ProgramEnded(private=with_reason(reason)))
        ledger.record(program, events, actor=actor)
        return program


def make_program_token(
    program: Program,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    reason: str = "",
    actor: Actor,
) -> NewToken:
    """A token of a program, for no more than it may have tokens for.

    Raises NotAllowed, Invalid, and InvalidState while the program may do nothing.
    """
    require(actor, "program.keep", Scope())
    with transaction.atomic():
        program = _open(program)
        leave = leave_of(program.account.user_id)
        if leave.idle:
            raise InvalidState(leave.idle, allowed=[])
        wanted = sorted(set(scopes))
        _require_scopes(program, wanted)
        require_room(program.account.user_id)
        made = tokens.create_token(
            program.account.user, name=name, scopes=wanted, expires_at=expires_at
        )
        event = made_event(made.token, None, reason)
        ledger.record(program, [event], actor=actor)
        return made


def end_program_token(program: Program, prefix: str, *, reason: str = "", actor: Actor) -> ApiToken:
    """End a token of a program; ended before, nothing is recorded. Raises NotAllowed, NotFound."""
    require(actor, "program.keep", Scope())
    with transaction.atomic():
        program = lock_program(program.pk)
        token = token_of(program.account.user_id, prefix)
        if token.revoked_at is not None:
            return token
        ended = tokens.revoke_token(token.pk)
        event = TokenEnded(user=token.user_id, prefix=prefix, private=with_reason(reason))
        ledger.record(program, [event], actor=actor)
        return ended


def _open(program: Program) -> Program:
    row = lock_program(program.pk)
    if row.ended_at is not None:
        raise InvalidState(ENDED, allowed=[])
    return row


def _checked(
    name: str,
    role: str,
    owner: Person | None,
    scopes: Iterable[str],
    *,
    stays: bool = False,
    had: str = "",
) -> tuple[list[str], dict[str, list[str]]]:
    """The scopes in order, and what is wrong with each field."""
    errors: dict[str, list[str]] = {}
    wanted = sorted(set(scopes))
    if not name.strip() or len(name.strip()) > MAX_NAME or unstorable(name):
        errors["name"] = [f"Write a name of at most {MAX_NAME} characters."]
    known = Role.objects.filter(key=role[:100].replace("\x00", "")).first()
    if known is None or (known.retired_at is not None and role != had):
        errors["role"] = ["Choose a role of the published model."]
    if owner is not None and not owner.active and not stays:
        errors["owner"] = [f"{owner.name} has left. Choose somebody who is here."]
    unknown = [one for one in wanted if one not in TokenScope.values]
    if unknown:
        errors["scopes"] = [f"There is no scope {', '.join(unknown)[:200]}."]
    elif not wanted:
        errors["scopes"] = ["Choose at least one."]
    return wanted, errors


def _require_scopes(program: Program, wanted: Iterable[str]) -> None:
    more = sorted(set(wanted) - set(program.scopes))
    if more:
        said = f"This program may have no token for {', '.join(more)[:200]}. Change it first."
        raise Invalid("This token cannot be made.", {"scopes": [said]})


def _taken(key: str) -> bool:
    return (
        ServiceAccount.objects.filter(key=key).exists()
        or User.objects.filter(username__iexact=key).exists()
    )


def _free_key(name: str) -> str:
    base = f"svc-{slug(name)}"[: MAX_KEY - 6].strip("-")
    users = User.objects.filter(username__istartswith=base).values_list("username", flat=True)
    accounts = ServiceAccount.objects.filter(key__startswith=base).values_list("key", flat=True)
    return next_free(base, {one.lower() for one in users} | set(accounts))
