from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import (
    Absence,
    CalendarException,
    Department,
    Membership,
    Person,
    Role,
    RoleAssignment,
    Team,
)
from governance.policies import DEPARTMENT, PERSON, TEAM, code
from governance.selectors import people as who
from governance.selectors.roles import holders
from governance.services import days, people, roles
from governance.services.people_file import PeopleFileError, apply_people
from tests.governance.conftest import NOW, PEOPLE, WEEK_ONE
from tests.support import user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_file_makes_persons_accounts_holders_absences_and_days_off(staff):
    hedda = staff["hedda"]
    assert (hedda.name, hedda.zone, hedda.active) == ("Hedda Hult", "Europe/Lisbon", True)
    assert who.team_keys(staff["ben"].pk) == ["bakers", "night-bakers"]
    assert Membership.objects.get(person=hedda).is_lead
    assert user("olga").is_steward
    assert user("ben").is_auditor
    assert not user("bruno").has_usable_password()
    focus = RoleAssignment.objects.get(role__key="department-head")
    assert (focus.focus_kind, focus.focus_key) == ("department", "oven")
    assert focus.valid.lower == datetime(2026, 2, 23, 0, 0, tzinfo=UTC)
    absence = Absence.objects.get()
    assert absence.valid.lower == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
    assert absence.valid.upper == datetime(2026, 3, 18, 0, 0, tzinfo=UTC)
    assert absence.stand_in == staff["ben"]
    day = CalendarException.objects.get()
    assert (day.day, day.name, day.intervals) == (date(2026, 12, 25), "Christmas Day", [])
    assert ServiceAccount.objects.get(key="till").role_key == "buyer"
    rows = Event.objects.filter(chain=hedda.chain).order_by("seq")
    assert list(rows.values_list("type", flat=True)) == [
        "person.created",
        "person.joined",
        "person.linked",
        "role.assigned",
        "role.assigned",
        "person.absent",
    ]
    assert "Hedda" not in str(list(rows.values_list("data", flat=True)))


def test_applying_the_same_file_again_changes_nothing(staff):
    before = Event.objects.count()
    assert apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE).nothing
    assert Event.objects.count() == before


def test_what_changed_in_the_file_is_reported(staff, tmp_path):
    text = PEOPLE.read_text().replace("name: Bruno Balt", "name: Bruno Baltz")
    text = text.replace("    teams: [bakers, night-bakers]", "    teams: [bakers]")
    changed = tmp_path / "people.yaml"
    changed.write_text(text)
    with clock.frozen(NOW + HOUR):
        report = apply_people(changed, actor=SYSTEM, week_one=WEEK_ONE)
        assert report.changes == [
            "Bruno Baltz: name, mail or zone changed.",
            "Ben Bask left Night bakers.",
        ]
        assert who.team_keys(staff["ben"].pk) == ["bakers"]


def refused(tmp_path: Path, text: str, **extra: object) -> list[str]:
    before = (Person.objects.count(), Event.objects.count(), User.objects.count())
    file = tmp_path / "people.yaml"
    file.write_text(text)
    with pytest.raises(PeopleFileError) as error:
        apply_people(file, actor=SYSTEM, **{"week_one": WEEK_ONE, **extra})
    assert (Person.objects.count(), Event.objects.count(), User.objects.count()) == before
    return [str(problem).replace(str(tmp_path) + "/", "") for problem in error.value.problems]


def test_a_file_that_names_what_does_not_exist_is_refused_with_every_line(published, tmp_path):
    text = (
        "persons:\n  - {key: zoe, name: Zoe, teams: [nowhere]}\n"
        "roles:\n  - role: king\n    person: adam\n"
        "calendar_exceptions:\n  - {calendar: moon, date: 2026-01-01}\n"
    )
    assert refused(tmp_path, text) == [
        "people.yaml line 2: there is no team `nowhere`",
        "people.yaml line 5: there is no person `adam`",
        "people.yaml line 4: there is no role `king`",
        "people.yaml line 7: there is no calendar `moon`",
    ]


def test_a_file_of_another_shape_is_refused(published, tmp_path):
    assert refused(tmp_path, "persons:\n  - {key: Zoe, nmae: Zoe}\n") == [
        "people.yaml line 2: `key`: `Zoe` is no key: lowercase letters, digits and single hyphens",
        "people.yaml line 2: `name` is missing",
        "people.yaml line 2: `nmae` is not a field of this file",
    ]
    assert refused(tmp_path, "persons: [\n")[0].startswith("people.yaml line 2: this is not YAML")


def test_weeks_need_an_anchor(published, tmp_path):
    assert refused(tmp_path, PEOPLE.read_text(), week_one=None) == [
        "people.yaml line 33: counts in weeks: say when week 1 begins"
    ]


def test_a_late_refusal_undoes_everything(published, tmp_path):
    text = (
        "persons:\n  - {key: zoe, name: Zoe, teams: [counter]}\n"
        "absences:\n  - {person: zoe, from: 2026-03-01, to: 2026-02-01}\n"
    )
    assert refused(tmp_path, text) == ["people.yaml line 4: The end comes after the beginning."]


def test_people_need_a_published_model(now):
    with pytest.raises(InvalidState, match="Publish a model first"):
        apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)


def test_holders_follow_focus_dates_and_absence(staff):
    assert [h.name for h in holders("head-baker")] == ["Hedda Hult"]
    assert holders("department-head") == []
    assert [h.ref for h in holders("department-head", department="oven")] == [staff["hedda"].ref]
    assert holders("department-head", department="house") == []
    away = holders("head-baker", at=datetime(2026, 3, 10, tzinfo=UTC))[0]
    assert (away.absent, away.stand_in, away.stand_in_name) == (True, staff["ben"].ref, "Ben Bask")
    assert holders("head-baker", at=datetime(2026, 2, 1, tzinfo=UTC)) == []
    people.update_person(staff["hedda"], active=False, actor=SYSTEM)
    assert holders("head-baker") == []


def test_a_stand_in_who_is_away_is_followed_but_never_in_a_circle(staff):
    at = datetime(2026, 3, 10, tzinfo=UTC)
    week = {"since": at - HOUR, "until": at + HOUR, "actor": SYSTEM}
    people.record_absence(staff["ben"], stand_in=staff["olga"], **week)
    assert holders("head-baker", at=at)[0].stand_in == staff["olga"].ref
    people.record_absence(staff["olga"], stand_in=staff["hedda"], **week)
    assert holders("head-baker", at=at)[0].stand_in is None


def test_actors_are_known_by_their_own_role_and_team(staff):
    actor = who.actor_for(user("hedda"))
    assert (actor.kind, actor.ref, actor.role, actor.role_name) == (
        "person",
        staff["hedda"].ref,
        "head-baker",
        "Head baker",
    )
    assert (actor.team, actor.department) == ("bakers", "oven")
    other = who.actor_for(user("hedda"), role="department-head")
    assert other.role == "department-head"
    ben = who.actor_for(user("ben"), team="night-bakers", role="owner")
    assert (ben.team, ben.department, ben.role) == ("night-bakers", "night-oven", "")
    program = who.actor_for(user("till"))
    assert (program.kind, program.ref, program.role) == ("service", "svc:till", "buyer")
    stranger = User.objects.create_user("stranger")
    assert who.actor_for(stranger).person_id is None


def codes(staff: dict[str, Person], departments: str, teams: str, person: str) -> list[int]:
    found = [code(DEPARTMENT, Department.objects.get(key=k).pk) for k in departments.split()]
    found += [code(TEAM, Team.objects.get(key=k).pk) for k in teams.split()]
    if person:
        found.append(code(PERSON, staff[person].pk))
    return sorted(found)


def test_principal_codes_are_own_departments_teams_and_self(staff):
    everything = "house oven night-oven"
    assert who.principal_codes(user("bruno")) == codes(staff, "house", "counter", "bruno")
    assert who.principal_codes(user("hedda")) == codes(staff, "oven night-oven", "bakers", "hedda")
    assert who.principal_codes(user("olga")) == codes(staff, everything, "counter", "olga")
    assert who.principal_codes(user("ben")) == codes(
        staff, everything, "bakers night-bakers", "ben"
    )
    assert who.principal_codes(user("till")) == codes(staff, "house", "", "")
    assert who.principal_codes(User.objects.create_user("stranger")) == []
    hedda = user("hedda")
    with CaptureQueriesContext(connection) as queries:
        who.principal_codes(hedda)
    assert len(queries) == 1


def test_only_those_who_keep_people_change_them(staff):
    bruno = who.actor_for(user("bruno"))
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match="Only administrators and stewards"):
        people.create_person(key="new", name="New", actor=bruno)
    with pytest.raises(NotAllowed):
        roles.assign_role(staff["bruno"], Role.objects.get(key="owner"), actor=bruno)
    with pytest.raises(NotAllowed):
        people.record_absence(
            staff["hedda"], since=NOW, until=NOW + HOUR, stand_in=staff["bruno"], actor=bruno
        )
    assert Event.objects.count() == before
    assert not Person.objects.filter(key="new").exists()
    own = people.record_absence(staff["bruno"], since=NOW, until=NOW + HOUR, actor=bruno)
    assert own.person == staff["bruno"]


def test_periods_end_and_never_overlap(staff):
    owner = Role.objects.get(key="owner")
    with pytest.raises(Conflict, match="Olga Ostro holds Owner in that time already"):
        roles.assign_role(staff["olga"], owner, actor=SYSTEM)
    held = RoleAssignment.objects.get(role=owner)
    roles.end_assignment(held, at=NOW + HOUR, actor=SYSTEM)
    assert holders("owner")[0].ref == staff["olga"].ref
    assert holders("owner", at=NOW + HOUR) == []
    with pytest.raises(InvalidState):
        roles.end_assignment(held, at=NOW + 2 * HOUR, actor=SYSTEM)
    with pytest.raises(Invalid):
        roles.assign_role(staff["bruno"], owner, since=NOW, until=NOW, actor=SYSTEM)
    with pytest.raises(Invalid):
        roles.assign_role(staff["bruno"], owner, focus_kind="team", actor=SYSTEM)
    team = Team.objects.get(key="counter")
    with pytest.raises(Conflict):
        people.join_team(staff["bruno"], team, actor=SYSTEM)
    left = people.leave_team(Membership.objects.get(person=staff["bruno"]), at=NOW, actor=SYSTEM)
    assert left.valid.upper == NOW
    assert not who.is_member(staff["bruno"].pk, team.pk)
    people.join_team(staff["bruno"], team, actor=SYSTEM)
    assert who.is_member(staff["bruno"].pk, team.pk)


def test_an_account_belongs_to_one_person(staff):
    with pytest.raises(Conflict, match="belongs to Hedda Hult"):
        people.link_user(staff["bruno"], user("hedda"), actor=SYSTEM)
    second = User.objects.create_user("hedda-two")
    assert people.link_user(staff["hedda"], second, actor=SYSTEM)
    assert not people.link_user(staff["hedda"], second, actor=SYSTEM)
    assert who.person_for(second) == staff["hedda"]


def test_a_day_off_is_recorded_once(staff):
    day = days.DayException("weekdays", date(2026, 5, 1), "May Day")
    assert days.set_calendar_exceptions([day], actor=SYSTEM) == [day]
    assert days.set_calendar_exceptions([day], actor=SYSTEM) == []
    with pytest.raises(Invalid, match="ends before it begins"):
        bad = days.DayException("weekdays", date(2026, 5, 2), "", ("12:00-09:00",))
        days.set_calendar_exceptions([bad], actor=SYSTEM)
    assert CalendarException.objects.filter(day__month=5).count() == 1
    assert Event.objects.filter(type="calendar.excepted").count() == 2
