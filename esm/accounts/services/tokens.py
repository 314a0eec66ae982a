"""Making and ending API tokens."""

import functools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import load_backend
from django.db.models import Exists, OuterRef, Q, Subquery

from esm.accounts import registries
from esm.accounts.choices import TokenScope
from esm.accounts.models import ApiToken, ServiceAccount, User
from esm.common import clock
from esm.common.errors import Invalid, NotFound

MARK = "esm"
PREFIX_BYTES = 4
SECRET_BYTES = 32
MAX_NAME = 120
# The last use is written down at most so often.
USE_NOTED_EVERY = timedelta(minutes=1)
# Stands for the prefix in the statement that is kept.
_PREFIX = "«prefix»"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its text, which is shown now and never again."""

    token: ApiToken
    text: str


def create_token(
    user: User, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> NewToken:
    """A token that may do what its owner may, narrowed to ``scopes``.

    Only the hash of the secret is kept; without an end it counts for ``TOKEN_DAYS``. Raises Invalid
    for an unknown or missing scope, an empty or long name, an end in the past or beyond
    ``TOKEN_MAX_DAYS``.
    """
    now = clock.now()
    wanted = sorted(set(scopes))
    errors: dict[str, list[str]] = {}
    unknown = [scope for scope in wanted if scope not in TokenScope.values]
    if unknown:
        errors["scopes"] = [f"There is no scope {', '.join(unknown)}."]
    elif not wanted:
        errors["scopes"] = ["Choose at least one scope."]
    if not name.strip() or len(name.strip()) > MAX_NAME:
        errors["name"] = [f"Say what the token is for, in at most {MAX_NAME} characters."]
    if expires_at is None:
        expires_at = now + timedelta(days=min(settings.TOKEN_DAYS, settings.TOKEN_MAX_DAYS))
    elif expires_at <= now:
        errors["expires_at"] = ["The end must lie in the future."]
    elif expires_at > now + timedelta(days=settings.TOKEN_MAX_DAYS):
        errors["expires_at"] = [f"A token counts for at most {settings.TOKEN_MAX_DAYS} days."]
    if errors:
        raise Invalid("This token cannot be made.", errors)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=secrets.token_hex(PREFIX_BYTES),
        secret_hash=secret_hash(secret),
        scopes=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    return NewToken(token, f"{MARK}_{token.prefix}_{secret}")


def revoke_token(token_id: int, *, user: User | None = None) -> ApiToken:
    """End a token at once; ``user`` limits it to that account's. Raises NotFound."""
    rows = ApiToken.objects.filter(pk=token_id)
    token = (rows.filter(user=user) if user is not None else rows).first()
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
    return token


def find_token(text: str) -> ApiToken | None:
    """The live token with this text, with its owner; None whatever is wrong with it.

    Asked at every request, so expiry and revocation hold at once in every process. The owner is
    found as a session finds its account, with all that belongs to them.
    """
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != MARK or not parts[1] or len(text) > 200:
        return None
    token = _with_prefix(parts[1][:12])
    known = token.secret_hash if token else secret_hash("")
    # Compared even when there is no such prefix, in constant time.
    same = secrets.compare_digest(known, secret_hash(parts[2]))
    if token is None or not same or not _is_live(token):
        return None
    owner: User | None = load_backend(settings.AUTHENTICATION_BACKENDS[0]).get_user(token.user_id)
    if owner is None:
        return None
    token.user = owner
    return token


def _with_prefix(prefix: str) -> ApiToken | None:
    if "\x00" in prefix:
        return None
    sql, given = _compiled()
    return next(
        iter(ApiToken.objects.raw(sql, [prefix if v == _PREFIX else v for v in given])), None
    )


@functools.cache
def _compiled() -> tuple[str, tuple[Any, ...]]:
    """The statement of ``_with_prefix``, once for the process: every call of the API asks it."""
    programs = ServiceAccount.objects.filter(user=OuterRef("user"))
    rows = ApiToken.objects.filter(prefix=_PREFIX).annotate(
        closed=Exists(programs.filter(active=False)), role=Subquery(programs.values("role_key"))
    )
    sql, given = rows.order_by().query.sql_with_params()
    return sql, tuple(given)


def note_use(token: ApiToken) -> None:
    """Remember when a token was last used, to the minute."""
    now = clock.now()
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(unused, pk=token.pk).update(last_used_at=now)


def secret_hash(secret: str) -> str:
    """sha256 in hex. The secret has 256 random bits, so a slow hash would add nothing."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _is_live(token: ApiToken) -> bool:
    if token.revoked_at is not None or token.__dict__["closed"]:
        return False
    return token.ends_at > clock.now()


def require_leave(token: ApiToken) -> None:
    """Narrow a program's token to what the program may have tokens for at this moment.

    While the program may do nothing raises Retired, where its role has ended, or NotAllowed, with
    what to do about it. Tokens of people stay as they are.
    """
    if token.__dict__["role"] is None:
        return
    leave = registries.leave_of(token.user_id)
    if leave.idle:
        raise leave.refusal()
    if leave.scopes is not None:
        token.scopes = [scope for scope in token.scopes if scope in leave.scopes]
