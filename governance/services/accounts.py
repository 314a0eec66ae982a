"""Accounts of people: opened with a password that is shown once, marked, closed, taken away.

Marks are given by who has them; nobody touches the accounts of their own person.
"""

import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from esm.accounts.models import ServiceAccount, User
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.event_types import (
    AccountChanged,
    AccountOpened,
    AccountReset,
    PersonLinked,
    PersonUnlinked,
)
from governance.locks import lock_person
from governance.models import Person
from governance.policies import Scope, facts_of, require
from governance.services.person_fields import unstorable
from governance.services.reasons import with_reason

MARKS = {"steward": "is_steward", "auditor": "is_auditor", "admin": "is_admin"}
# 20 letters of an alphabet without look-alikes: 97 bits, typed once.
ALPHABET, LENGTH, GROUP = "abcdefghijkmnpqrstuvwxyz23456789", 20, 5
MAX_USERNAME = 150


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """An account and its password, which is shown now and never again."""

    user: User
    password: str


MIXED = "Write a name to sign in with in letters of one script, all of them to be seen."


def scripts_of(text: str) -> set[str]:
    """The scripts of the letters of a text, as Unicode names them: LATIN, CYRILLIC, GREEK …"""
    return {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}


def marks_of(user: User) -> list[str]:
    """Which marks an account has, by name."""
    return [mark for mark, field in MARKS.items() if getattr(user, field)]


def open_account(
    person: Person,
    *,
    username: str,
    marks: Collection[str] = (),
    reason: str = "",
    actor: Actor,
) -> FirstPassword:
    """A new account of a person. Raises NotAllowed, Invalid, InvalidState, Conflict."""
    username = User.objects.model.normalize_username(username).strip()
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "account.keep", Scope(holder_id=person.pk))
        must_have(marks, actor=actor)
        if not person.active:
            raise InvalidState(f"{person.name} has left and gets no account.")
        if not username or len(username) > MAX_USERNAME or unstorable(username):
            said = f"Write a name to sign in with, at most {MAX_USERNAME} characters."
            raise Invalid(said, {"username": [said]})
        if len(scripts_of(username)) > 1 or any(unicodedata.category(c) == "Cf" for c in username):
            raise Invalid(MIXED, {"username": [MIXED]})
        if User.objects.filter(username__iexact=username).exists():
            raise Conflict(f"There is an account {username} already.")
        password = first_password()
        flags = {field: mark in marks for mark, field in MARKS.items()}
        user = User.objects.create_user(username, password, email=person.email, **flags)
        person.users.add(user)
        events: list[DomainEvent] = [
            AccountOpened(
                person=person.ref, user=user.pk, private=with_reason(reason, username=username)
            ),
            PersonLinked(person=person.ref, user=user.pk),
        ]
        if marks:
            events.append(_changed(person, user))
        ledger.record(person, events, actor=actor)
        return FirstPassword(user, password)


def unlink_user(person: Person, user: User, *, reason: str = "", actor: Actor) -> None:
    """An account no longer acts as this person; it stays, and is of nobody.

    Raises NotAllowed, NotFound.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        user = _account(person, user)
        require(actor, "account.keep", Scope(holder_id=person.pk))
        person.users.remove(user)
        event = PersonUnlinked(person=person.ref, user=user.pk, private=with_reason(reason))
        ledger.record(person, [event], actor=actor)


def change_account(
    person: Person,
    user: User,
    *,
    marks: Collection[str],
    active: bool,
    reason: str = "",
    actor: Actor,
) -> User:
    """Which marks an account has and whether it may sign in; as before, nothing is recorded.

    Raises NotAllowed, NotFound, Invalid for an unknown mark.
    """
    with transaction.atomic():
        person = lock_person(person.pk)
        user = _account(person, user)
        require(actor, "account.keep", Scope(holder_id=person.pk))
        had = marks_of(user)
        must_have(set(marks) ^ set(had), actor=actor)
        if set(marks) == set(had) and user.is_active == active:
            return user
        # Letting it in again gives back what its marks give.
        must_have(had if active and not user.is_active else (), actor=actor)
        for mark, field in MARKS.items():
            setattr(user, field, mark in marks)
        user.is_active = active
        user.save(update_fields=[*MARKS.values(), "is_active"])
        ledger.record(person, [_changed(person, user, reason)], actor=actor)
        return user


def reset_password(person: Person, user: User, *, reason: str = "", actor: Actor) -> FirstPassword:
    """A new first password; the old one and all sessions end. Raises NotAllowed, NotFound."""
    with transaction.atomic():
        person = lock_person(person.pk)
        user = _account(person, user)
        require(actor, "account.keep", Scope(holder_id=person.pk))
        must_have(marks_of(user), actor=actor)
        password = first_password()
        user.set_password(password)
        user.save(update_fields=["password"])
        event = AccountReset(person=person.ref, user=user.pk, private=with_reason(reason))
        ledger.record(person, [event], actor=actor)
        return FirstPassword(user, password)


def first_password() -> str:
    """Twenty letters in groups of five."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[n : n + GROUP] for n in range(0, LENGTH, GROUP))


def linkable(username: str) -> User:
    """The account of nobody with this name. Raises Invalid, the same for whatever is wrong."""
    free = User.objects.filter(username=username.strip(), persons=None)
    user = free.exclude(pk__in=ServiceAccount.objects.values("user_id")).first()
    if user is None:
        said = "There is no account of this name that belongs to nobody."
        raise Invalid(said, {"username": [said]})
    return user


def _account(person: Person, user: User) -> User:
    found = person.users.filter(pk=user.pk).first()
    if found is None:
        raise NotFound("This account is not theirs.")
    return found


def must_have(marks: Collection[str], *, actor: Actor) -> None:
    """Raise NotAllowed unless the actor has every one of the marks."""
    unknown = sorted(set(marks) - set(MARKS))
    if unknown:
        said = f"There is no mark {unknown[0]}."
        raise Invalid(said, {"marks": [said]})
    if actor.kind == "system" or not marks:
        return
    facts = facts_of(actor)
    missing = sorted(mark for mark in marks if not getattr(facts, mark))
    if missing:
        said = f"You are no {missing[0]} yourself, so somebody who is keeps this account."
        raise NotAllowed(said, code="account-keep")


def _changed(person: Person, user: User, reason: str = "") -> AccountChanged:
    return AccountChanged(
        person=person.ref,
        user=user.pk,
        marks=marks_of(user),
        active=user.is_active,
        private=with_reason(reason),
    )
