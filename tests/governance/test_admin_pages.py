"""Pages of administration: what is shown to whom, and what a form does."""

import pytest

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.models import Absence, CalendarException, Membership, Person, RoleAssignment
from governance.services import people
from tests.support import client

pytestmark = pytest.mark.django_db


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


@pytest.fixture
def admin(staff):
    """Bruno keeps people and accounts."""
    User.objects.filter(username="bruno").update(is_admin=True)
    return client("bruno")


def test_a_lead_sees_the_own_team_and_nobody_else(staff):
    page = text(client("hedda").get("/admin/people/"))
    assert "Hedda Hult" in page
    assert "Ben Bask" in page
    assert "Bruno" not in page
    assert client("hedda").get("/admin/people/bruno/").status_code == 404
    assert client("hedda").get("/admin/people/nobody/").status_code == 404
    assert client("hedda").get("/admin/teams/counter/").status_code == 404
    assert client("bruno").get("/admin/").status_code == 403
    own = text(client("hedda").get("/admin/people/ben/"))
    assert "Accounts" not in own


def test_people_are_found_filtered_and_paged(staff, admin):
    for number in range(60):
        people.create_person(key=f"x-{number:02}", name=f"Xaver {number:02}", actor=SYSTEM)
    page = text(admin.get("/admin/people/?q=xaver"))
    assert "Xaver 49" in page
    assert "Xaver 50" not in page
    assert "q=xaver&amp;after=x-49" in page
    assert "Xaver 50" in text(admin.get("/admin/people/?q=xaver&after=x-49"))
    assert "Ben Bask" in text(admin.get("/admin/people/?team=bakers"))
    assert "Hedda" not in text(admin.get("/admin/people/?team=@none"))
    assert "Nobody fits" in text(admin.get("/admin/people/?state=gone"))
    assert admin.get("/admin/people/?q=%00%25_&after=%00").status_code == 200


def test_somebody_is_entered_and_a_refused_form_keeps_what_was_typed(staff, admin):
    sent = {"name": "Ada Byron", "email": "ada", "zone": "Europe/Lisbon", "reason": "New here"}
    refused = admin.post("/admin/new-person/", sent)
    assert refused.status_code == 400
    assert 'value="Ada Byron"' in text(refused)
    assert "Write a mail address such as" in text(refused)
    done = admin.post("/admin/new-person/", {**sent, "email": "ada@bakery.example"})
    assert done["Location"] == "/admin/people/ada-byron/"
    assert "New here" in text(admin.get(done["Location"]))


def test_a_first_password_is_shown_once(staff, admin):
    sent = {"how": "open", "username": "hedda-2", "marks": ["admin"]}
    shown = admin.post("/admin/people/hedda/accounts/", sent)
    password = shown.context["found"].password
    assert password in text(shown)
    assert shown["Cache-Control"].startswith("no-store") or "no-store" in shown["Cache-Control"]
    assert password not in text(admin.get("/admin/people/hedda/"))
    assert User.objects.get(username="hedda-2").check_password(password)
    assert client("hedda-2").get("/profile/").status_code == 200
    refused = admin.post(
        "/admin/people/hedda/accounts/", {**sent, "username": "h3", "marks": ["steward"]}
    )
    assert refused.status_code == 403
    assert not User.objects.filter(username="h3").exists()
    assert admin.get("/admin/people/bruno/accounts/").status_code == 403


def test_days_are_those_of_who_types_and_the_last_day_counts(staff, admin):
    sent = {"person": "Ben Bask", "since": "2026-04-01", "until": "2026-04-30"}
    assert admin.post("/admin/teams/counter/", sent).status_code == 302
    row = Membership.objects.get(person=staff["ben"], team__key="counter")
    # In Lisbon, one hour ahead of UTC in April; the thirtieth is the last day.
    assert row.valid.lower.isoformat() == "2026-03-31T23:00:00+00:00"
    assert row.valid.upper.isoformat() == "2026-04-30T23:00:00+00:00"
    page = text(admin.get("/admin/teams/counter/"))
    assert "from Wed 1 Apr to Thu 30 Apr" in page
    again = admin.post("/admin/teams/counter/", sent)
    assert again.status_code == 409
    assert "is in Counter in that time already" in text(again)
    bad = admin.post("/admin/teams/counter/", {"person": "Nobody", "since": "soon"})
    assert (bad.status_code, "There is nobody of this name" in text(bad)) == (400, True)


def test_a_role_is_given_with_a_focus_and_ended(staff, admin):
    assert "is vacant" not in text(admin.get("/admin/roles/buyer/"))
    sent = {"person": "ben", "focus": "house"}
    assert admin.post("/admin/roles/department-head/", sent).status_code == 302
    row = RoleAssignment.objects.get(person=staff["ben"])
    assert (row.focus_kind, row.focus_key) == ("department", "house")
    assert admin.post(f"/admin/holdings/{row.pk}/", {"until": "2026-03-05"}).status_code == 302
    row.refresh_from_db()
    assert row.valid.upper.isoformat() == "2026-03-06T00:00:00+00:00"


def test_everybody_says_when_they_are_away(staff):
    ben = client("ben")
    sent = {"since": "2026-03-05", "until": "2026-03-06", "stand_in": "hedda", "kind": "holiday"}
    assert ben.post("/absences/", sent).status_code == 302
    row = Absence.objects.get(person=staff["ben"])
    assert (row.stand_in, row.kind) == (staff["hedda"], "holiday")
    overlap = ben.post("/absences/", sent)
    assert (overlap.status_code, "away in that time already" in text(overlap)) == (409, True)
    assert "holiday" in text(ben.get("/absences/"))
    # A lead sees that, not why.
    led = text(client("hedda").get("/admin/absences/"))
    assert "Ben Bask" in led
    assert "holiday" not in led
    assert client("hedda").post(f"/absences/{row.pk}/").status_code == 403
    assert client("olga").get(f"/absences/{row.pk}/").status_code == 200
    assert ben.post(f"/absences/{row.pk}/").status_code == 302
    assert not Absence.objects.filter(pk=row.pk).exists()


def test_a_half_day_is_set_and_taken_out(staff, admin):
    sent = {"day": "2026-12-24", "name": "Christmas Eve", "intervals": "09:00-12:00, 13:00-14:00"}
    assert admin.post("/admin/calendars/weekdays/", sent).status_code == 302
    row = CalendarException.objects.get(day="2026-12-24")
    assert row.intervals == ["09:00-12:00", "13:00-14:00"]
    page = text(admin.get("/admin/calendars/weekdays/?year=2026"))
    assert "09:00-12:00 and 13:00-14:00" in page
    assert "Teams that work by it: Bakers, Counter, Night bakers" in page
    bad = admin.post("/admin/calendars/weekdays/", {**sent, "intervals": "12:00-09:00"})
    assert (bad.status_code, "ends before it begins" in text(bad)) == (400, True)
    assert admin.post("/admin/calendars/weekdays/2026-12-24/").status_code == 302
    assert not CalendarException.objects.filter(day="2026-12-24").exists()
    assert admin.get("/admin/calendars/weekdays/2026-12-24/").status_code == 404
    assert admin.get("/admin/calendars/weekdays/never/").status_code == 404


def test_the_profile_keeps_the_zone(staff):
    ben = client("ben")
    assert ben.post("/profile/", {"zone": "Asia/Tokyo"}).status_code == 302
    assert Person.objects.get(key="ben").zone == "Asia/Tokyo"
    refused = ben.post("/profile/", {"zone": "Mars/Olympus"})
    assert (refused.status_code, Person.objects.get(key="ben").zone) == (400, "Asia/Tokyo")
    page = text(ben.get("/profile/"))
    assert "Night bakers" in page
    assert "What you are told, and when" in page
    User.objects.create_user("stranger")
    assert "belongs to no person yet" in text(client("stranger").get("/profile/"))
    assert client("stranger").get("/absences/").status_code == 403
