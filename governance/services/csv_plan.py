"""What a file of people would change, row by row; nothing is written here.

A row is somebody by key or mail address. Teams a row lists are all they work in; roles are only
added. Rows that are wrong say why, all others can be applied together.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from esm.common import clock
from esm.common.errors import Invalid
from esm.common.tables import Row, Table
from governance import registries
from governance.blueprint.kinds.base import KEY_PATTERN
from governance.models import Department, Membership, Person, Role, RoleAssignment, Team
from governance.selectors.administration import next_free, slug
from governance.selectors.versions import blueprint, published
from governance.services.csv_columns import Columns
from governance.services.csv_skills import KnownSkills
from governance.services.person_fields import cleaned

YES = ("yes", "y", "true", "1", "x", "active", "enabled", "here", "current")
NO = ("no", "n", "false", "0", "", "inactive", "disabled", "left", "terminated", "gone")


@dataclass
class RowPlan:
    """One row: what it would do in words, or what is wrong with it."""

    line: int
    name: str
    person: Person | None = None
    new: dict[str, str] | None = None
    changed: dict[str, str] = field(default_factory=dict)
    joins: list[tuple[Team, bool, datetime | None, datetime | None]] = field(default_factory=list)
    moved: list[tuple[Membership, bool, datetime | None]] = field(default_factory=list)
    leaves: list[Membership] = field(default_factory=list)
    gives: list[tuple[Role, str, str, datetime | None, datetime | None]] = field(
        default_factory=list
    )
    skills: dict[str, int] = field(default_factory=dict)
    closes: bool = False
    words: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """wrong, new, ended, changed or same."""
        if self.wrong:
            return "wrong"
        if self.new is not None:
            return "new"
        if self.closes:
            return "ended"
        return "changed" if self.words else "same"


@dataclass
class Plan:
    """All rows of a file."""

    rows: list[RowPlan]

    def count(self, kind: str) -> int:
        """Rows of one kind."""
        return sum(row.kind == kind for row in self.rows)

    @property
    def changes(self) -> list[RowPlan]:
        """Rows that would do something, or are wrong."""
        return [row for row in self.rows if row.kind != "same"]

    @property
    def mark(self) -> str:
        """Differs whenever what would be done differs."""
        text = repr([(row.line, row.name, row.words, row.wrong) for row in self.rows])
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def plan_people(table: Table, columns: Columns, *, own_id: int | None = None) -> Plan:
    """Plan a file; ``own_id`` is who applies it, and whose own rights no row may change.

    Raises Invalid where the columns cannot name anybody. A bounded number of queries.
    """
    named = "name" in columns or {"given", "family"} <= set(columns)
    if not named or not {"key", "email"} & set(columns):
        said = "Say which column holds the name, and which the mail address or the key."
        raise Invalid(said, {"columns": [said]})
    known = _Known.read()
    rows = [_Reader(known, columns, own_id).plan(row) for row in table.rows]
    return Plan(rows)


@dataclass
class _Known:
    """Everything rows can name, read once."""

    by_key: dict[str, Person]
    by_email: dict[str, Person]
    teams: dict[str, list[Team]]
    departments: dict[str, Department]
    roles: dict[str, Role]
    memberships: dict[int, list[Membership]]
    assignments: dict[int, list[RoleAssignment]]
    skills: KnownSkills
    zone: str
    now: datetime
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "_Known":
        people = list(Person.objects.all())
        teams: dict[str, list[Team]] = {}
        for team in Team.objects.filter(retired_at=None).select_related("department"):
            for word in {team.key, team.name.casefold()}:
                teams.setdefault(word, []).append(team)
        works: dict[int, list[Membership]] = {}
        for row in Membership.objects.select_related("team__department").order_by("pk"):
            works.setdefault(row.person_id, []).append(row)
        held: dict[int, list[RoleAssignment]] = {}
        for holding in RoleAssignment.objects.select_related("role").order_by("pk"):
            held.setdefault(holding.person_id, []).append(holding)
        version = published()
        bp = blueprint(version) if version else None
        departments = list(Department.objects.filter(retired_at=None))
        roles = list(Role.objects.filter(retired_at=None))
        return cls(
            by_key={p.key: p for p in people},
            by_email={p.email.lower(): p for p in sorted(people, key=lambda p: p.active)
                      if p.email},
            teams=teams,
            departments={w: d for d in departments for w in (d.code.lower(), d.name.casefold(),
                                                             d.key)},
            roles={word: role for role in roles for word in (role.name.casefold(), role.key)},
            memberships=works,
            assignments=held,
            skills=KnownSkills.read(bp),
            zone=str(bp.organisation().zone) if bp else "UTC",
            now=clock.now(),
        )  # fmt: skip


@dataclass
class _Reader:
    """Reads one row against what is known."""

    known: _Known
    columns: Columns
    own_id: int | None

    def cell(self, row: Row, meaning: str) -> str:
        column = self.columns.get(meaning)
        return row.cells.get(column, "") if column else ""

    def plan(self, row: Row) -> RowPlan:
        name = self.cell(row, "name")
        if not name:
            name = f"{self.cell(row, 'given')} {self.cell(row, 'family')}".strip()
        found = RowPlan(row.line, name)
        if row.wrong:
            found.wrong.append(row.wrong)
            return found
        self._who(row, found)
        if not found.wrong:
            self._fields(row, found)
        if not found.wrong:
            self._teams(row, found)
            self._roles(row, found)
            self._skills(row, found)
            self._active(row, found)
        if found.wrong:
            found.words = []
        elif self._is_own(found):
            found.wrong.append("This is you: somebody else changes your teams and roles.")
            found.words = []
        return found

    def _is_own(self, found: RowPlan) -> bool:
        gains = found.joins or found.moved or found.gives or found.skills or found.closes
        return bool(gains) and found.person is not None and found.person.pk == self.own_id

    def _who(self, row: Row, found: RowPlan) -> None:
        key, email = self.cell(row, "key"), self.cell(row, "email").lower()
        if not key and not email:
            found.wrong.append("It names neither a mail address nor a key.")
            return
        by_key, by_email = self.known.by_key.get(key), self.known.by_email.get(email)
        if key and by_key is None and not re.fullmatch(KEY_PATTERN, key):
            found.wrong.append(f"“{key[:40]}” is no key: lowercase letters, digits, hyphens.")
        if by_key is not None and by_email is not None and by_key != by_email:
            found.wrong.append("Key and mail address belong to two different people.")
        found.person = by_key or (by_email if not key else None)
        if key and by_key is None and by_email is not None:
            found.wrong.append(f"{by_email.name} has this mail address under another key.")
        who = found.person.key if found.person else key or email
        if who in self.known.seen:
            found.wrong.append(f"The same person stands on line {self.known.seen[who]}.")
        self.known.seen[who] = row.line

    def _fields(self, row: Row, found: RowPlan) -> None:
        person, email = found.person, self.cell(row, "email")
        wanted = {
            "name": found.name or (person.name if person else ""),
            "email": email or (person.email if person else ""),
            "zone": self.cell(row, "zone") or (person.zone if person else self.known.zone),
        }
        try:
            wanted = cleaned(wanted)
        except Invalid as refused:
            found.wrong += [said for sentences in refused.errors.values() for said in sentences]
            return
        if person is None:
            taken = set(self.known.by_key) | set(self.known.seen)
            key = self.cell(row, "key") or next_free(slug(wanted["name"]), taken)
            self.known.seen[key] = row.line
            found.new = {"key": key, **wanted}
            found.words.append("New person")
            return
        found.name = person.name
        labels = {"name": "Name", "email": "Mail address", "zone": "Time zone"}
        for column, value in wanted.items():
            before = getattr(person, column)
            if value != before:
                found.changed[column] = value
                found.words.append(f"{labels[column]}: {before or '—'} → {value}")

    def _date(self, row: Row, meaning: str, found: RowPlan) -> datetime | None:
        text = self.cell(row, meaning)
        if not text:
            return None
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            found.wrong.append(f"“{text[:40]}” is no day; write it as 2026-03-31.")
            return None
        if not 1970 <= day.year <= 9000:
            found.wrong.append(f"The day {day.isoformat()} is out of reach.")
            return None
        if meaning == "until":
            day += timedelta(days=1)
        return datetime.combine(day, time(), ZoneInfo(self.known.zone))

    def _team(self, word: str, row: Row, found: RowPlan) -> Team | None:
        teams = self.known.teams.get(word.casefold(), [])
        text = self.cell(row, "department")
        department = self.known.departments.get(text.casefold()) if text else None
        if text and department is None:
            found.wrong.append(f"There is no department {text[:60]}.")
            return None
        fitting = [t for t in teams if department is None or t.department_id == department.pk]
        if len(fitting) == 1:
            return fitting[0]
        if not teams:
            found.wrong.append(f"There is no team {word[:60]}.")
        elif not fitting:
            found.wrong.append(f"The team {word[:60]} is not in {text[:60]}.")
        else:
            found.wrong.append(f"Several teams are called {word[:60]}; name the department.")
        return None

    def _leads(self, row: Row, found: RowPlan) -> Mapping[str, bool] | bool | None:
        """Whether they lead: for all teams of the row, or by team; None where it is not said."""
        text = self.cell(row, "lead")
        if "lead" not in self.columns:
            return None
        if text.casefold() in YES or text.casefold() in NO:
            return text.casefold() in YES
        return {word.casefold(): True for word in _words(text)}

    def _teams(self, row: Row, found: RowPlan) -> None:
        words = _words(self.cell(row, "team"))
        since, until = self._date(row, "since", found), self._date(row, "until", found)
        if since is not None and until is not None and until <= since:
            found.wrong.append("The last day lies before the first.")
        if not words or found.wrong:
            return
        leads, now = self._leads(row, found), self.known.now
        works = self.known.memberships.get(found.person.pk, []) if found.person else []
        listed = set()
        for word in words:
            team = self._team(word, row, found)
            if team is None:
                continue
            listed.add(team.pk)
            lead = leads if isinstance(leads, bool) else bool((leads or {}).get(word.casefold()))
            current = next((m for m in works if m.team_id == team.pk and _open(m, now)), None)
            if current is None:
                found.joins.append((team, lead, since or now, until))
                found.words.append(f"{'Leads' if lead else 'Works in'} {team.name}")
            else:
                self._move(current, lead if leads is not None else current.is_lead, until, found)
        for row_ in works:
            begun = row_.valid.lower is None or row_.valid.lower <= now
            if row_.team_id not in listed and begun and _open(row_, now) and not found.wrong:
                found.leaves.append(row_)
                found.words.append(f"Leaves {row_.team.name}")

    def _move(self, row: Membership, lead: bool, until: datetime | None, found: RowPlan) -> None:
        end = until or row.valid.upper
        if lead == row.is_lead and end == row.valid.upper:
            return
        if end is not None and row.valid.lower is not None and end <= row.valid.lower:
            found.wrong.append(f"They came to {row.team.name} later than that.")
            return
        found.moved.append((row, lead, end))
        if lead != row.is_lead:
            found.words.append(
                f"Leads {row.team.name}" if lead else f"No longer leads {row.team.name}"
            )
        if end != row.valid.upper and end is not None:
            last = (end - timedelta(days=1)).astimezone(ZoneInfo(self.known.zone)).date()
            found.words.append(f"Leaves {row.team.name} after {last.isoformat()}")

    def _roles(self, row: Row, found: RowPlan) -> None:
        held = self.known.assignments.get(found.person.pk, []) if found.person else []
        since, until = self._date(row, "since", found), self._date(row, "until", found)
        for word in _words(self.cell(row, "role")):
            role = self.known.roles.get(word.casefold())
            if role is None:
                found.wrong.append(f"There is no role {word[:60]}.")
                continue
            if any(h.role_id == role.pk and _open(h, self.known.now) for h in held):
                continue
            kind, key = self._focus(role, row, found)
            begin = since if found.new is not None and since else self.known.now
            if until is not None and until <= begin:
                found.wrong.append("The last day lies before the first.")
                continue
            found.gives.append((role, kind, key, begin, until))
            found.words.append(f"Holds {role.name}")

    def _focus(self, role: Role, row: Row, found: RowPlan) -> tuple[str, str]:
        """A role that is narrowed to departments or teams counts for those of the row."""
        if role.focus not in registries.focus_models():
            return "", ""
        words = _words(self.cell(row, "team"))
        team = self._team(words[0], row, found) if words else None
        if team is None or role.focus not in ("department", "team"):
            found.wrong.append(f"{role.name} is narrowed to a {role.focus}; give it on its page.")
            return "", ""
        return role.focus, team.key if role.focus == "team" else team.department.key

    def _skills(self, row: Row, found: RowPlan) -> None:
        known = self.known.skills
        wanted, wrong = known.read_cell(_words(self.cell(row, "skills")))
        found.wrong += wrong
        found.skills = known.new(found.person.pk if found.person else None, wanted)
        found.words += [f"{known.names[key]}, level {n}" for key, n in found.skills.items()]

    def _active(self, row: Row, found: RowPlan) -> None:
        if "active" not in self.columns:
            return
        text = self.cell(row, "active").casefold()
        if text and text not in YES + NO:
            found.wrong.append(f"“{text[:40]}” says neither that they are here nor that they left.")
            return
        here = not text or text in YES
        if found.person is None:
            if not here:
                found.wrong.append("Who left already needs no entry.")
            return
        if here and not found.person.active:
            found.wrong.append("They have left; say on their page that they are back.")
        if not here and found.person.active:
            found.closes, found.joins, found.moved, found.gives = True, [], [], []
            found.leaves, found.skills, found.words = [], {}, ["Leaves the organisation"]


def _open(row: Membership | RoleAssignment, now: datetime) -> bool:
    return row.valid.upper is None or row.valid.upper > now


def _words(text: str) -> list[str]:
    """Several names in one cell, with semicolons between."""
    return list(dict.fromkeys(word.strip() for word in text.split(";") if word.strip()))
