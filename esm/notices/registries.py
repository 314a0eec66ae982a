"""What the apps above plug in, each in its ``apps.py``: people, kinds of notices, subjects.

The kinds are the catalogue that preferences are chosen from. A subject is a thing that notices are
about; its app says who may see it, so that nobody is told what they may no longer see.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from esm.accounts.models import User
from esm.notices.choices import Group, Mail

Text = Any  # str or a lazy translation


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
# (key, name) of the teams a person works in, for choices per team.
TeamsOf = Callable[[int], Sequence[tuple[str, str]]]

_recipients: list[Recipients] = []
_person_of: list[PersonOf] = []
_teams_of: list[TeamsOf] = []


def register_people(
    *, recipients: Recipients, person_of: PersonOf, teams_of: TeamsOf | None = None
) -> None:
    """``recipients`` finds several persons by id at once; ``person_of`` the one behind an account.

    A later registration replaces the one before.
    """
    _recipients[:] = [recipients]
    _person_of[:] = [person_of]
    _teams_of[:] = [teams_of] if teams_of else []


def recipients(person_ids: Sequence[int]) -> Mapping[int, Recipient]:
    """The persons that are known, by id."""
    return _recipients[0](person_ids) if _recipients else {}


def person_of(user: User) -> int | None:
    """Id of the person behind an account."""
    return _person_of[0](user) if _person_of else None


def teams_of(person_id: int) -> Sequence[tuple[str, str]]:
    """(key, name) of the teams a person works in."""
    return _teams_of[0](person_id) if _teams_of else ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    ``mail`` is what happens until a person chooses. ``mutable`` may be switched off in the portal
    and silenced for one thing. ``urgent`` may pass quiet hours. ``per_team`` can be chosen for each
    team. ``blind`` goes to people who may not see the thing, so its title says nothing of it.
    """

    key: str
    label: Text
    group: Group = Group.OTHER
    mail: Mail = Mail.NOW
    mutable: bool = True
    urgent: bool = False
    per_team: bool = False
    blind: bool = False


_kinds: dict[str, Kind] = {}


def register_kinds(kinds: Iterable[Kind]) -> None:
    """Add kinds to the catalogue; the same key again replaces the one before."""
    _kinds.update({kind.key: kind for kind in kinds})


def kinds() -> list[Kind]:
    """The catalogue in the order of its groups."""
    order = list(Group)
    return sorted(_kinds.values(), key=lambda kind: order.index(kind.group))


def kind(key: str) -> Kind:
    """A kind by its key; one that nobody registered is told as any other."""
    return _kinds.get(key) or Kind(key, _("Other notices"))


@dataclass(frozen=True, slots=True)
class Line:
    """How a subject is named: its number, its title, where it is, its department's code and colour.

    ``title`` is empty where it must not be told in a mail or a list.
    """

    name: str
    title: str
    url: str
    code: str = ""
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing; ``request/17`` is the subject 17 of the kind ``request``.

    ``find(user, name)`` gives the pk of a thing the account may see, by the name people use, or
    None. ``visible(person_id, pks)`` those that a person may see now, read afresh; ``seen(user,
    pks)`` the same for who is asking. ``lines(pks)`` names them.
    """

    find: Callable[[User, str], int | None]
    visible: Callable[[int, Collection[int]], set[int]]
    seen: Callable[[User, Collection[int]], set[int]]
    lines: Callable[[Collection[int]], Mapping[int, Line]]


# (person, subject) → (words, path) of what the mail of a kind offers to do; None for to open it.
Button = Callable[[int, str], tuple[str, str] | None]
_buttons: dict[str, Button] = {}


def register_button(kind: str, button: Button) -> None:
    """What the mails of a kind offer to do; asked when a mail is sent, never before."""
    _buttons[kind] = button


def button(kind: str, person_id: int, subject: str) -> tuple[str, str] | None:
    """The words and the path of what a mail offers to do, where its kind has something."""
    made = _buttons.get(kind)
    return made(person_id, subject) if made and subject else None


_subjects: dict[str, Subject] = {}


def register_subject(prefix: str, subject: Subject) -> None:
    """Let notices be about things of this kind."""
    _subjects[prefix] = subject


def find_subject(user: User, prefix: str, name: str) -> str:
    """The subject behind a name such as R-10482; empty when it is hidden or missing."""
    known = _subjects.get(prefix)
    pk = known.find(user, name) if known else None
    return "" if pk is None else f"{prefix}/{pk}"


def visible_subjects(person_id: int, subjects: Iterable[str]) -> set[str]:
    """Those that a person may see now; what no app answers for is seen by nobody."""
    return {
        f"{prefix}/{pk}"
        for prefix, pks in _by_prefix(subjects).items()
        for pk in _subjects[prefix].visible(person_id, pks)
    }


def seen_subjects(user: User, subjects: Iterable[str]) -> set[str]:
    """Those that the account that asks may see."""
    return {
        f"{prefix}/{pk}"
        for prefix, pks in _by_prefix(subjects).items()
        for pk in _subjects[prefix].seen(user, pks)
    }


def lines(subjects: Iterable[str]) -> dict[str, Line]:
    """Names of subjects; ask for visible ones only."""
    return {
        f"{prefix}/{pk}": line
        for prefix, pks in _by_prefix(subjects).items()
        for pk, line in _subjects[prefix].lines(pks).items()
    }


def _by_prefix(subjects: Iterable[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for subject in subjects:
        prefix, _slash, pk = subject.partition("/")
        if prefix in _subjects and pk.isdigit():
            found.setdefault(prefix, set()).add(int(pk))
    return found
