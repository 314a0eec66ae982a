"""Programs: what each may do at this moment, and if nothing, what to do about it and who can."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from esm.accounts.models import ServiceAccount, User
from esm.accounts.registries import Leave
from esm.common.errors import NotFound
from esm.common.ui import moments
from esm.events.registry import EventRow
from esm.events.selectors.chains import events_of
from governance.models import Person, Program, Role
from governance.selectors.person_history import Change
from governance.selectors.tokens import in_words, live_of
from governance.selectors.versions import published

SHOWN = 40
MEND = " under Administration, Programs."
FIELDS = {"name": "name", "role": "role", "owner": "owner", "scopes": "what it may do"}


@dataclass(frozen=True, slots=True)
class Row:
    """A program as the list shows it; ``idle`` says why it may do nothing now."""

    program: Program
    role: Role | None
    leave: Leave
    last_used_at: datetime | None = None

    @property
    def idle(self) -> str:
        """Empty while it may act."""
        return self.leave.idle

    @property
    def scopes(self) -> tuple[Any, ...]:
        """What its tokens may be made for, in words."""
        return in_words(self.program.scopes)

    @property
    def tokens(self) -> int:
        """How many of its tokens count now."""
        return live_of(self.program.account.user_id).count()


def leave_of(user_id: int) -> Leave:
    """What the program behind an account may do now; two queries."""
    account = ServiceAccount.objects.filter(user_id=user_id).select_related("kept__owner").first()
    if account is None:
        return Leave()
    return _leave(account, Role.objects.filter(key=account.role_key).first())


def _leave(account: ServiceAccount, role: Role | None) -> Leave:
    kept: Program | None = getattr(account, "kept", None)
    scopes = frozenset(kept.scopes) if kept is not None else None
    owner = kept.owner if kept is not None else None
    if role is None:
        said = f"This program acts in the role {account.role_key}, which the model does not have."
        said += f" An administrator lets it act in another role{MEND}"
        return _ended(said, scopes)
    if role.retired_at is not None:
        said = f"This program acts in the role “{role.name}”, which the published model has ended."
        said += f" An administrator lets it act in another role{MEND}"
        return _ended(said, scopes)
    if owner is not None and not owner.active:
        said = "Who answered for this program has left."
        said += f" An administrator says who answers for it now{MEND}"
        return Leave(said, "owner-left", scopes)
    return Leave(scopes=scopes)


def _ended(said: str, scopes: frozenset[str] | None) -> Leave:
    """Its role is none of the model in force, which is looked up anew."""
    version = published()
    return Leave(said, "role-ended", scopes, retired=True, version=version.code if version else "")


def programs() -> QuerySet[Program]:
    """All programs by name, ended ones too."""
    return Program.objects.select_related("account__user", "owner").order_by("account__name", "pk")


def by_key(key: str) -> Program:
    """One program. Raises NotFound."""
    row = programs().filter(account__key=key).first()
    if row is None:
        raise NotFound("There is no such program.")
    return row


def rows(found: Iterable[Program]) -> list[Row]:
    """Programs with their roles and whether they may act; two queries for all of them."""
    listed = list(found)
    keys = {one.account.role_key for one in listed}
    roles = {role.key: role for role in Role.objects.filter(key__in=keys)}
    used = _last_used(one.account.user_id for one in listed)
    return [_row(one, roles.get(one.account.role_key), used) for one in listed]


def _row(program: Program, role: Role | None, used: Mapping[int, datetime]) -> Row:
    program.account.kept = program
    leave = _leave(program.account, role)
    return Row(program, role, leave, used.get(program.account.user_id))


def _last_used(user_ids: Iterable[int]) -> dict[int, datetime]:
    rows = User.objects.filter(pk__in=list(user_ids)).annotate(at=Max("api_tokens__last_used_at"))
    return {pk: at for pk, at in rows.values_list("pk", "at") if at is not None}


def answered_for_by(person: Person | None) -> list[Row]:
    """The programs somebody answers for that have not ended."""
    if person is None:
        return []
    return rows(programs().filter(owner=person, ended_at=None))


def history_of(program: Program) -> list[Change]:
    """What was changed about a program, the latest first; 40 at most, three queries."""
    events = events_of(program)[::-1][:SHOWN]
    refs = {row.actor for row in events} | {row.data.get("owner", "") for row in events}
    ids = [int(ref[2:]) for ref in refs if ref.startswith("P-") and ref[2:].isdigit()]
    people = {f"P-{pk}": name for pk, name in
              Person.objects.filter(pk__in=ids).values_list("pk", "name")}  # fmt: skip
    keys = {row.data["role"] for row in events if row.data.get("role")}
    roles = dict(Role.objects.filter(key__in=keys).values_list("key", "name"))
    return [
        Change(
            _sentence(row, {**people, **roles}),
            _by(row.actor, people),
            row.occurred_at,
            row.private.get("reason", ""),
        )
        for row in events
    ]


def _by(actor: str, people: Mapping[str, str]) -> str:
    return "the portal" if actor.startswith("system") else people.get(actor, actor)


def _bound(row: EventRow, names: Mapping[str, str]) -> str:
    role, owner = row.data["role"], row.data["owner"]
    said = f"in the role {names.get(role, role)}"
    return f"{said}, {names.get(owner, owner)} answers for it" if owner else said


def _changed(row: EventRow, names: Mapping[str, str]) -> str:
    words = ", ".join(FIELDS.get(name, name) for name in row.data["fields"])
    return f"Changed: {words}; acts {_bound(row, names)}"


def _day(text: str) -> str:
    return moments.day(datetime.fromisoformat(text))


WORDS: dict[str, Callable[[EventRow, Mapping[str, str]], str]] = {
    "program.made": lambda row, names: f"Was made, acts {_bound(row, names)}",
    "program.changed": _changed,
    "program.ended": lambda row, names: "Was ended",
    "token.made": lambda row, names: (
        f"Token {row.data['prefix']} was made, until {_day(row.data['ends_at'])}"
    ),
    "token.ended": lambda row, names: f"Token {row.data['prefix']} was ended",
}


def _sentence(row: EventRow, names: Mapping[str, str]) -> str:
    say = WORDS.get(row.type)
    return say(row, names) if say else row.type
