"""The first account of an installation, opened by whoever reads what it prints at its start."""

import hmac
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from esm.accounts.models import User
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance.selectors.administration import slug
from governance.selectors.starting import installation_is_new
from governance.services import people
from governance.services.accounts import MARKS, MAX_USERNAME
from governance.services.person_fields import unstorable

ACTOR = Actor(kind="system", ref="system:setup")
LOCK = 7_316_205
KEY_LETTERS = 32


def setup_key() -> str:
    """The secret part of the address at which the first account is opened."""
    made = hmac.new(str(settings.SECRET_KEY).encode(), b"first account", sha256)
    return made.hexdigest()[:KEY_LETTERS]


def fits(key: str) -> bool:
    """Whether this is the key, and there is still nobody."""
    return hmac.compare_digest(key.encode(), setup_key().encode()) and installation_is_new()


def open_first_account(*, name: str, email: str, username: str, password: str) -> User:
    """A person who is administrator and steward, with the first account there is.

    Raises Invalid, and InvalidState where there is an account already.
    """
    _check(username, password)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two who have the address at once become one account, not two.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not installation_is_new():
            raise InvalidState("There is an account already; sign in, or ask whoever has it.")
        person = people.create_person(
            key=slug(name), name=name, email=email, zone=settings.TIME_ZONE, actor=ACTOR
        )
        marks = {field: mark != "auditor" for mark, field in MARKS.items()}
        user = User.objects.create_user(username.strip(), password, email=person.email, **marks)
        people.link_user(person, user, reason="First account", actor=ACTOR)
        return user


def _check(username: str, password: str) -> None:
    errors: dict[str, list[str]] = {}
    name = username.strip()
    if not name or len(name) > MAX_USERNAME or unstorable(name):
        errors["username"] = [f"Write a name to sign in with, at most {MAX_USERNAME} characters."]
    try:
        validate_password(password, User(username=name))
    except ValidationError as error:
        errors["password"] = list(error.messages)
    if errors:
        raise Invalid("The account cannot be opened like this.", errors)
