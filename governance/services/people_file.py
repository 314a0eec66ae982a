"""Applies people.yaml: who there is, where they work, what they hold, when they are away.

Applying the same file again changes nothing. Persons, accounts and holdings that the file does not
name stay as they are; a person it names leaves the teams it does not list for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import InvalidState, ServiceError
from esm.events.actors import Actor
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Lines, Problem
from governance.blueprint.files import ModelFilesError
from governance.blueprint.serialise import YamlProblem, read_yaml
from governance.blueprint.validation import sentences
from governance.blueprint.weeks import resolve_date, resolve_instant
from governance.models import Membership, Person, Program, Role, SkillHolding, Team
from governance.policies import Scope, require
from governance.selectors.versions import blueprint, published
from governance.services import days as days_off
from governance.services import people, programs, roles, skills
from governance.services.people_schema import Dated, PeopleFile, PersonRow

FLAGS = {"steward": "is_steward", "auditor": "is_auditor", "admin": "is_admin"}
FOCUS = {"department": "Department", "team": "Team", "stream": "ValueStream"}


class PeopleFileError(ModelFilesError):
    """A file cannot be applied; ``problems`` lists all that is wrong with file and line."""


@dataclass
class PeopleReport:
    """What applying changed, in words, in the order of the file."""

    changes: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """True when everything was so already."""
        return not self.changes


def read_people(path: Path | str) -> tuple[PeopleFile, Lines]:
    """Read and check the shape of a file. Raises PeopleFileError."""
    file = Path(path)
    try:
        data, lines = read_yaml(file.read_bytes())
    except YamlProblem as problem:
        raise PeopleFileError(
            [Problem(problem.sentence, file=str(file), line=problem.line)]
        ) from problem
    except OSError as error:
        raise PeopleFileError(
            [Problem(f"the file cannot be read: {error.strerror}", file=str(file))]
        ) from error
    try:
        return PeopleFile.model_validate(data or {}), lines
    except ValidationError as error:
        raise PeopleFileError(
            Problem(sentence, file=str(file), line=lines.of(path))
            for path, sentence in sentences(error, "this file")
        ) from error


def apply_people(path: Path | str, *, actor: Actor, week_one: date | None = None) -> PeopleReport:
    """Apply a file in one transaction; weeks are counted from the Monday ``week_one``.

    Raises PeopleFileError with all that is wrong, NotAllowed, and InvalidState without a
    published model: teams and roles come from there.
    """
    content, lines = read_people(path)
    with transaction.atomic():
        require(actor, "people.edit", Scope())
        version = published()
        if version is None:
            raise InvalidState("Publish a model first: teams and roles come from there.")
        work = _Work(str(path), lines, content, blueprint(version), actor, week_one or _this_week())
        work.check(named_weeks=week_one is None)
        return work.apply()


def _this_week() -> date:
    return clock.now().date()


@dataclass
class _Work:
    """One application of one file."""

    file: str
    lines: Lines
    content: PeopleFile
    bp: Blueprint
    actor: Actor
    week_one: date
    report: PeopleReport = field(default_factory=PeopleReport)
    persons: dict[str, Person] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zone = self.bp.organisation().zone
        self.teams = {team.key: team for team in Team.objects.select_related("department")}
        self.roles = {role.key: role for role in Role.objects.all()}
        self.persons = {person.key: person for person in Person.objects.all()}

    # --- what the file names must exist ---

    def say(self, sentence: str, *path: str | int) -> None:
        self.problems.append(Problem(sentence, file=self.file, line=self.lines.of(path)))

    def known(self, table: Mapping[str, Any], noun: str, key: str | None, *path: str | int) -> None:
        if key is not None and key not in table:
            self.say(f"there is no {noun} `{key}`", *path)

    def element(self, kind: str, noun: str, key: str | None, *path: str | int) -> None:
        if key is not None and (kind, key) not in self.bp:
            self.say(f"there is no {noun} `{key}`", *path)

    def check(self, *, named_weeks: bool) -> None:
        """Raise PeopleFileError when the file names anything that does not exist."""
        persons = {**self.persons, **{row.key: None for row in self.content.persons}}
        for n, row in enumerate(self.content.persons):
            self.element("Site", "site", row.site, "persons", n, "site")
            for m, key in enumerate(row.teams):
                self.known(self.teams, "team", key, "persons", n, "teams", m)
            for key in sorted(set(row.lead_of) - set(row.teams)):
                self.say(f"leads `{key}` without working in it", "persons", n, "lead_of")
        for n, account in enumerate(self.content.accounts):
            self.known(persons, "person", account.person, "accounts", n, "person")
        for n, holding in enumerate(self.content.roles):
            self.known(persons, "person", holding.person, "roles", n, "person")
            self.known(self.roles, "role", holding.role, "roles", n, "role")
            if holding.focus is not None:
                kind = holding.focus.kind
                path = ("roles", n, "focus", "key")
                self.element(FOCUS[kind], kind, holding.focus.key, *path)
        for n, absence in enumerate(self.content.absences):
            self.known(persons, "person", absence.person, "absences", n, "person")
            self.known(persons, "person", absence.stand_in, "absences", n, "stand_in")
        for n, able in enumerate(self.content.skills):
            self.known(persons, "person", able.person, "skills", n, "person")
            self.element("Skill", "skill", able.skill, "skills", n, "skill")
        for n, day in enumerate(self.content.calendar_exceptions):
            self.element("Calendar", "calendar", day.calendar, "calendar_exceptions", n, "calendar")
        for n, program in enumerate(self.content.service_accounts):
            self.known(self.roles, "role", program.role, "service_accounts", n, "role")
            self.known(persons, "person", program.owner, "service_accounts", n, "owner")
        if named_weeks:
            self._refuse_weeks()
        if self.problems:
            raise PeopleFileError(self.problems)

    def _refuse_weeks(self) -> None:
        for path, line in self.lines.by_path.items():
            if path[-1:] == ("week",):
                self.problems.append(
                    Problem("counts in weeks: say when week 1 begins", file=self.file, line=line)
                )
                return

    # --- dates ---

    def since(self, row: Dated) -> datetime | None:
        return resolve_instant(row.since, self.week_one, self.zone)

    def until(self, row: Dated) -> datetime | None:
        return resolve_instant(row.until, self.week_one, self.zone)

    # --- applying ---

    def note(self, changed: bool, sentence: str) -> None:
        if changed:
            self.report.changes.append(sentence)

    def apply(self) -> PeopleReport:
        """Everything in the order of the file. Raises PeopleFileError for what cannot be."""
        steps = (
            ("persons", self._person),
            ("accounts", self._account),
            ("roles", self._holding),
            ("absences", self._absence),
            ("skills", self._skill),
            ("service_accounts", self._program),
        )
        for name, step in steps:
            for n, row in enumerate(getattr(self.content, name)):
                try:
                    step(row)
                except ServiceError as error:
                    self.say(error.sentence, name, n)
                    raise PeopleFileError(self.problems) from error
        self._exceptions()
        return self.report

    def _person(self, row: PersonRow) -> None:
        site = self.bp.get("Site", row.site) if row.site else None
        zone = row.zone or (site.zone if site else self.zone)
        person = self.persons.get(row.key)
        if person is None:
            person = people.create_person(
                key=row.key, name=row.name, email=row.email, zone=zone, actor=self.actor
            )
            self.note(True, f"{row.name} is new.")
        else:
            before = (person.name, person.email, person.zone)
            person = people.update_person(
                person, name=row.name, email=row.email, zone=zone, actor=self.actor
            )
            changed = before != (row.name, row.email, zone)
            self.note(changed, f"{row.name}: name, mail or zone changed.")
        self.persons[row.key] = person
        self._memberships(person, row)

    def _memberships(self, person: Person, row: PersonRow) -> None:
        for key in row.teams:
            team = self.teams[key]
            changed = people.set_membership(
                person,
                team,
                lead=key in row.lead_of,
                since=self.since(row),
                until=self.until(row),
                actor=self.actor,
            )
            self.note(changed, f"{person.name} works in {team.name}.")
        now = clock.now()
        others = Membership.objects.filter(person=person, valid__contains=now)
        for membership in others.exclude(team__key__in=row.teams).select_related("team"):
            people.leave_team(membership, at=now, actor=self.actor)
            self.note(True, f"{person.name} left {membership.team.name}.")

    def _account(self, row: Any) -> None:
        person = self.persons[row.person]
        flags = {name: group in row.groups for group, name in FLAGS.items()}
        wanted = {**flags, "is_demo": row.demo, "email": person.email}
        user = User.objects.filter(username=row.username).first()
        if user is None:
            user = User.objects.create_user(row.username, None, **wanted)
            self.note(True, f"Account {row.username} is new.")
        else:
            different = [name for name, value in wanted.items() if getattr(user, name) != value]
            for name in different:
                setattr(user, name, wanted[name])
            if different:
                user.save(update_fields=different)
            self.note(bool(different), f"Account {row.username} changed.")
        linked = people.link_user(person, user, actor=self.actor)
        self.note(linked, f"Account {row.username} is {person.name}'s.")

    def _holding(self, row: Any) -> None:
        person, role = self.persons[row.person], self.roles[row.role]
        changed = roles.set_assignment(
            person,
            role,
            focus_kind=row.focus.kind if row.focus else "",
            focus_key=row.focus.key if row.focus else "",
            since=self.since(row),
            until=self.until(row),
            actor=self.actor,
        )
        self.note(changed, f"{person.name} holds {role.name}.")

    def _absence(self, row: Any) -> None:
        person = self.persons[row.person]
        changed = people.set_absence(
            person,
            since=self.since(row) or clock.now(),
            until=self.until(row),
            stand_in=self.persons[row.stand_in] if row.stand_in else None,
            kind=row.kind,
            actor=self.actor,
        )
        self.note(changed, f"{person.name} is away.")

    def _skill(self, row: Any) -> None:
        person = self.persons[row.person]
        before = SkillHolding.objects.filter(person=person, skill_key=row.skill, ended_at=None)
        known = before.first()
        now = skills.confirm_skill(
            person,
            row.skill,
            level=row.level,
            evidence=row.evidence,
            valid_to=resolve_date(row.until, self.week_one),
            actor=self.actor,
        )
        self.note(now != known, f"{person.name} is able to do {row.skill}, level {row.level}.")

    def _program(self, row: Any) -> None:
        known = Program.objects.filter(account__key=row.key).select_related("account").first()
        owner = self.persons[row.owner] if row.owner else None
        kept: dict[str, Any] = {"name": row.name, "role": row.role, "scopes": row.scopes}
        if known is None:
            programs.make_program(key=row.key, owner=owner, actor=self.actor, **kept)
            self.note(True, f"Program {row.name} is new.")
            return
        had = (known.account.name, known.account.role_key, sorted(known.scopes), known.owner_id)
        owner = owner or known.owner
        if had != (row.name, row.role, sorted(row.scopes), owner.pk if owner else None):
            programs.change_program(known, owner=owner, actor=self.actor, **kept)
            self.note(True, f"Program {row.name} changed.")

    def _exceptions(self) -> None:
        days = []
        for row in self.content.calendar_exceptions:
            day = resolve_date(row.date, self.week_one)
            assert day is not None
            days.append(days_off.DayException(row.calendar, day, row.name, row.intervals))
        try:
            done = days_off.set_calendar_exceptions(days, actor=self.actor) if days else []
        except ServiceError as error:
            self.say(error.sentence, "calendar_exceptions")
            raise PeopleFileError(self.problems) from error
        for item in done:
            self.note(True, f"Calendar {item.calendar}: {item.day.isoformat()} is {item.name}.")
