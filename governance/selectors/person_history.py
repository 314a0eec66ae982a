"""What was changed about a person, by whom and why, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esm.accounts.models import User
from esm.common.ui import moments
from esm.events.registry import EventRow
from esm.events.selectors.chains import events_of
from governance.blueprint.kinds import Skill
from governance.models import Person, Role, Team
from governance.selectors import delegable
from governance.selectors.versions import blueprint, current

SHOWN = 40
FIELDS = {"name": "name", "email": "mail address", "zone": "time zone"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the sentence, who did it, when, and the reason they gave."""

    sentence: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class _Names:
    teams: Mapping[str, str]
    roles: Mapping[str, str]
    people: Mapping[str, str]
    users: Mapping[int, str]


def history_of(person: Person) -> list[Change]:
    """The latest changes first, 40 at most; five queries."""
    rows = events_of(person)[::-1][:SHOWN]
    names = _names(rows)
    return [
        Change(
            _sentence(row, names), _by(row, names), row.occurred_at, row.private.get("reason", "")
        )
        for row in rows
    ]


def _names(rows: list[EventRow]) -> _Names:
    refs = {row.actor for row in rows} | {row.on_behalf_of for row in rows}
    refs |= {row.data["delegate"] for row in rows if row.data.get("delegate")}
    refs |= {row.data["stand_in"] for row in rows if row.data.get("stand_in")}
    ids = [int(ref[2:]) for ref in refs if ref.startswith("P-") and ref[2:].isdigit()]
    people = Person.objects.filter(pk__in=ids).values_list("pk", "name")
    teams = {row.data["team"] for row in rows if "team" in row.data}
    roles = {row.data["role_key"] for row in rows if "role_key" in row.data}
    users = {row.data["user"] for row in rows if "user" in row.data}
    return _Names(
        teams=dict(Team.objects.filter(key__in=teams).values_list("key", "name")),
        roles=dict(Role.objects.filter(key__in=roles).values_list("key", "name")),
        people={f"P-{pk}": name for pk, name in people},
        users=dict(User.objects.filter(pk__in=users).values_list("pk", "username")),
    )


def _by(row: EventRow, names: _Names) -> str:
    if row.actor.startswith("system"):
        return names.people.get(row.on_behalf_of, "") or "the portal"
    return names.people.get(row.actor, row.actor)


def _day(text: str | None) -> str:
    return moments.day(datetime.fromisoformat(text)) if text else ""


def _dates(data: Mapping[str, Any]) -> str:
    """« from Mon 2 Mar until Fri 6 Mar», as far as there are bounds."""
    since, until = _day(data.get("valid_from")), _day(data.get("valid_until"))
    return (f" from {since}" if since else "") + (f" until {until}" if until else "")


def _joined(data: Mapping[str, Any], names: _Names) -> str:
    team = names.teams.get(data["team"], data["team"])
    what = "Leads" if data["lead"] else "Works in"
    return f"{what} {team}{_dates(data)}"


def _role(data: Mapping[str, Any], names: _Names) -> str:
    name = names.roles.get(data["role_key"], data["role_key"])
    return f"{name} ({data['focus']})" if data["focus"] else name


def _changed(row: EventRow) -> str:
    if "active" in row.data["fields"]:
        return "Is back" if row.private.get("active") == "True" else "Left the organisation"
    named = [FIELDS.get(field, field) for field in row.data["fields"]]
    return f"Changed: {', '.join(named)}"


def _account(data: Mapping[str, Any], names: _Names) -> str:
    name = names.users.get(data["user"], "that is gone")
    marks = ", ".join(data["marks"]) or "no marks"
    return f"Account {name}: {marks}, {'may sign in' if data['active'] else 'closed'}"


def _user(words: str) -> Callable[[EventRow, _Names], str]:
    def say(row: EventRow, names: _Names) -> str:
        return words.replace("%", names.users.get(row.data["user"], "that is gone"))

    return say


def _given(words: str) -> Callable[[EventRow, _Names], str]:
    def say(row: EventRow, names: _Names) -> str:
        data = row.data
        what = delegable.name_of(delegable.in_force(), data["of"], data["key"])
        who = names.people.get(data["delegate"], data["delegate"])
        return f"{words.format(what=what, who=who)}{_dates(data)}"

    return say


def _skill(row: EventRow) -> str:
    key = row.data["skill"]
    version = current()
    spec = blueprint(version).peek(Skill, key) if version is not None else None
    return spec.name if spec is not None else key


WORDS: dict[str, Callable[[EventRow, _Names], str]] = {
    "person.created": lambda row, names: "Was entered",
    "person.changed": lambda row, names: _changed(row),
    "person.linked": _user("Account % is theirs"),
    "person.unlinked": _user("Account % is theirs no longer"),
    "account.opened": _user("Account % was opened"),
    "token.made": lambda row, names: (
        f"Token {row.data['prefix']} was made, until {_day(row.data['ends_at'])}"
    ),
    "token.ended": lambda row, names: f"Token {row.data['prefix']} was ended",
    "account.reset": _user("Account % got a new first password"),
    "account.changed": lambda row, names: _account(row.data, names),
    "person.joined": lambda row, names: _joined(row.data, names),
    "person.left": lambda row, names: (
        f"Left {names.teams.get(row.data['team'], row.data['team'])}"
        f" on {_day(row.data['valid_until'])}"
    ),
    "person.absent": lambda row, names: (
        f"Away{_dates(row.data)}"
        + (f", {names.people.get(who, who)} stands in" if (who := row.data["stand_in"]) else "")
    ),
    "person.back": lambda row, names: f"Back on {_day(row.data['valid_until'])}",
    "delegation.proposed": _given("Offered {who} to decide {what}"),
    "delegation.accepted": _given("{who} took on {what}"),
    "delegation.declined": _given("{who} declined {what}"),
    "delegation.revoked": _given("{who} decides {what} no longer"),
    "role.assigned": lambda row, names: f"Holds {_role(row.data, names)}{_dates(row.data)}",
    "skill.confirmed": lambda row, names: f"Is able to do {_skill(row)}, level {row.data['level']}",
    "skill.withdrawn": lambda row, names: f"{_skill(row)} was withdrawn",
    "role.ended": lambda row, names: (
        f"Held {_role(row.data, names)} until {_day(row.data['valid_until'])}"
    ),
}


def _sentence(row: EventRow, names: _Names) -> str:
    say = WORDS.get(row.type)
    return say(row, names) if say else row.type
