"""Who people are: known by the app above, which registers it in its ``apps.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from esm.accounts.models import User


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a person is reached; an empty mail address means: in the portal only."""

    person_id: int
    name: str = ""
    email: str = ""
    zone: str = "UTC"
    user_id: int | None = None


Recipients = Callable[[Sequence[int]], Mapping[int, Recipient]]
PersonOf = Callable[[User], int | None]

_recipients: list[Recipients] = []
_person_of: list[PersonOf] = []


def register_people(*, recipients: Recipients, person_of: PersonOf) -> None:
    """``recipients`` finds several persons by id at once; ``person_of`` the one behind an account.

    A later registration replaces the one before.
    """
    _recipients[:] = [recipients]
    _person_of[:] = [person_of]


def recipients(person_ids: Sequence[int]) -> Mapping[int, Recipient]:
    """The persons that are known, by id."""
    return _recipients[0](person_ids) if _recipients else {}


def person_of(user: User) -> int | None:
    """Id of the person behind an account."""
    return _person_of[0](user) if _person_of else None
