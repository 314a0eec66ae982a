"""Who may give what to whom, and what stays on record (attack 64: nobody gives to themselves)."""

from datetime import date, timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Absence, CalendarException, Membership, Person, Role, Team
from governance.selectors import administration
from governance.selectors.people import actor_for
from governance.services import accounts, days, people, roles
from tests.governance.conftest import NOW
from tests.support import user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def marked(name: str, **marks: bool):
    """The actor behind an account that has these marks."""
    User.objects.filter(username=name).update(**marks)
    return actor_for(user(name))


def team(key: str) -> Team:
    return Team.objects.get(key=key)


@pytest.mark.parametrize("mark", ["is_admin", "is_steward"])
def test_a64_nobody_gives_themselves_a_role_a_team_or_somebody_elses_decisions(staff, mark):
    keeper = marked("bruno", **{mark: True})
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match="Nobody gives a role to themselves"):
        roles.assign_role(staff["bruno"], Role.objects.get(key="owner"), actor=keeper)
    with pytest.raises(NotAllowed, match="Nobody puts themselves in a team"):
        people.join_team(staff["bruno"], team("bakers"), actor=keeper)
    own = Membership.objects.get(person=staff["bruno"])
    with pytest.raises(NotAllowed, match="Nobody puts themselves in a team"):
        people.change_membership(own, lead=True, until=None, actor=keeper)
    with pytest.raises(NotAllowed, match="Nobody names themselves to stand in"):
        people.record_absence(
            staff["hedda"], since=NOW, until=NOW + DAY, stand_in=staff["bruno"], actor=keeper
        )
    with pytest.raises(NotAllowed):
        accounts.change_account(
            staff["bruno"], user("bruno"), marks=["admin", "steward"], active=True, actor=keeper
        )
    assert Event.objects.count() == before
    assert not Absence.objects.filter(stand_in=staff["bruno"]).exists()
    assert not Membership.objects.get(person=staff["bruno"]).is_lead


def test_a64_marks_are_given_by_who_has_them(staff):
    keeper = marked("bruno", is_admin=True)
    made = accounts.open_account(staff["hedda"], username="hedda-2", marks=["admin"], actor=keeper)
    assert (made.user.is_admin, made.user.is_steward) == (True, False)
    assert made.user.check_password(made.password)
    with pytest.raises(NotAllowed, match="You are no steward yourself"):
        accounts.open_account(staff["hedda"], username="hedda-3", marks=["steward"], actor=keeper)
    marked("hedda", is_steward=True)
    with pytest.raises(NotAllowed, match="You are no steward yourself"):
        accounts.reset_password(staff["hedda"], user("hedda"), actor=keeper)
    with pytest.raises(NotAllowed, match="You are no steward yourself"):
        accounts.change_account(staff["hedda"], user("hedda"), marks=[], active=True, actor=keeper)
    # Closing takes nothing that had to be given; letting in again gives the mark back.
    accounts.change_account(
        staff["hedda"], user("hedda"), marks=["steward"], active=False, actor=keeper
    )
    with pytest.raises(NotAllowed, match="You are no steward yourself"):
        accounts.change_account(
            staff["hedda"], user("hedda"), marks=["steward"], active=True, actor=keeper
        )
    assert not User.objects.filter(username="hedda-3").exists()


def test_accounts_are_opened_once_linked_and_taken_away(staff):
    keeper = marked("bruno", is_admin=True)
    with pytest.raises(Conflict, match="There is an account Hedda already"):
        accounts.open_account(staff["ben"], username="Hedda", actor=keeper)
    accounts.unlink_user(staff["hedda"], user("hedda"), reason="Shared", actor=keeper)
    assert actor_for(user("hedda")).person_id is None
    people.link_user(staff["ben"], accounts.linkable("hedda"), actor=keeper)
    assert actor_for(user("hedda")).person_id == staff["ben"].pk
    for taken in ("hedda", "till", "nobody-at-all"):
        with pytest.raises(Invalid, match="no account of this name that belongs to nobody"):
            accounts.linkable(taken)
    with pytest.raises(NotFound):
        accounts.unlink_user(staff["hedda"], user("hedda"), actor=keeper)


def test_a_new_password_ends_the_old_one(staff):
    keeper = marked("bruno", is_admin=True)
    first = accounts.reset_password(staff["hedda"], user("hedda"), actor=keeper)
    second = accounts.reset_password(staff["hedda"], user("hedda"), actor=keeper)
    assert not user("hedda").check_password(first.password)
    assert user("hedda").check_password(second.password)
    assert "password" not in str(Event.objects.filter(type="account.reset").values_list("data"))


def test_leads_say_who_is_in_their_team_and_in_no_other(staff):
    lead = actor_for(user("hedda"))
    row = people.join_team(staff["bruno"], team("bakers"), reason="Helps out", actor=lead)
    people.change_membership(row, lead=True, until=NOW + 5 * DAY, actor=lead)
    row.refresh_from_db()
    assert (row.is_lead, row.valid.upper) == (True, NOW + 5 * DAY)
    with clock.frozen(NOW + DAY):
        people.leave_team(row, actor=lead)
    with pytest.raises(NotAllowed, match="leads of the team"):
        people.join_team(staff["ben"], team("counter"), actor=lead)
    with pytest.raises(NotAllowed, match="Only administrators and stewards"):
        roles.assign_role(staff["ben"], Role.objects.get(key="buyer"), actor=lead)
    with pytest.raises(InvalidState, match="has left"):
        gone = people.update_person(staff["ben"], active=False, actor=SYSTEM)
        people.join_team(gone, team("bakers"), since=NOW + 9 * DAY, actor=lead)
    row.refresh_from_db()
    assert row.valid.upper == NOW + DAY


def test_what_has_not_begun_is_taken_back_whole(staff):
    row = people.join_team(staff["ben"], team("counter"), since=NOW + 3 * DAY, actor=SYSTEM)
    people.leave_team(row, actor=SYSTEM)
    assert not Membership.objects.filter(pk=row.pk).exists()
    own = actor_for(user("ben"))
    away = people.record_absence(staff["ben"], since=NOW + DAY, until=NOW + 2 * DAY, actor=own)
    people.end_absence(away, actor=own)
    assert not Absence.objects.filter(pk=away.pk).exists()
    with pytest.raises(NotFound):
        people.end_absence(away, actor=own)


def test_a_person_is_checked_where_they_are_entered(staff):
    before = Person.objects.count()
    for bad in (
        {"name": " "},
        {"name": "=HYPERLINK(1)"},
        {"name": "Ada\x00"},
        {"name": "A", "email": "no mail"},
        {"name": "A", "zone": "Mars/Olympus"},
    ):
        with pytest.raises(Invalid) as refused:
            people.create_person(key="ada", **{"zone": "UTC", **bad}, actor=SYSTEM)
        assert set(refused.value.errors) <= {"name", "email", "zone"}
    with pytest.raises(Conflict, match="has the mail address"):
        taken = Person.objects.exclude(email="").first()
        assert taken is not None
        people.create_person(key="a", name="A", email=taken.email.upper(), actor=SYSTEM)
    assert Person.objects.count() == before
    assert administration.free_key("Hedda Hult") == "hedda-hult"
    assert administration.free_key("Ben") == "ben-2"
    assert administration.free_key("李") == "person"


def test_people_choose_their_own_zone_and_nothing_else(staff):
    own = actor_for(user("ben"))
    assert people.update_person(staff["ben"], zone="Asia/Tokyo", actor=own).zone == "Asia/Tokyo"
    with pytest.raises(NotAllowed):
        people.update_person(staff["ben"], zone="UTC", name="Ben the Great", actor=own)
    with pytest.raises(NotAllowed):
        people.update_person(staff["hedda"], zone="UTC", actor=own)
    staff["ben"].refresh_from_db()
    assert (staff["ben"].name, staff["ben"].zone) == ("Ben Bask", "Asia/Tokyo")


def test_a_day_off_is_taken_out_again(staff):
    item = days.DayException("weekdays", date(2026, 5, 1), "May Day", ("09:00-12:00",))
    days.set_calendar_exceptions([item], reason="Agreed", actor=SYSTEM)
    days.remove_calendar_exception(calendar="weekdays", day=item.day, actor=SYSTEM)
    assert not CalendarException.objects.filter(day=item.day).exists()
    with pytest.raises(NotFound):
        days.remove_calendar_exception(calendar="weekdays", day=item.day, actor=SYSTEM)
    types = Event.objects.filter(type__startswith="calendar.").order_by("id")
    assert list(types.values_list("type", flat=True))[-2:] == [
        "calendar.excepted",
        "calendar.restored",
    ]
