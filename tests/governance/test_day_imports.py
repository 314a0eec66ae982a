"""Public holidays and iCalendar files into a calendar: looked at, taken, taken out together."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from esm.accounts.models import User
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, TooLarge
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import CalendarException, CalendarImport
from governance.services import day_files, day_imports
from governance.services.day_imports import Wanted
from governance.services.days import DayException, set_calendar_exceptions
from tests.governance.conftest import actor
from tests.support import client

pytestmark = pytest.mark.django_db

# The calendar of the small model: weekdays, Europe/Dublin; it is 2 March 2026.
KEY = "weekdays"
IRELAND = Wanted(country="IE", years=(2026,))


def ics(*events: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x\n{head}{body}END:VCALENDAR\n".encode()


def look(content: bytes, half_days: bool = False) -> day_imports.DayPlan:
    wanted = Wanted(content=content, file_name="x.ics", half_days=half_days)
    return day_imports.look(KEY, wanted, actor=SYSTEM)


def told(plan: day_imports.DayPlan) -> list[tuple[str, str, str, bool]]:
    return [(row.day.isoformat(), row.name, row.state, row.chosen) for row in plan.rows]


def whole(day: str, name: str, more: str = "") -> str:
    return f"UID:{name}{day}\nDTSTART;VALUE=DATE:{day}\nSUMMARY:{name}{more}"


def days_kept() -> list[str]:
    rows = CalendarException.objects.filter(calendar_key=KEY).order_by("day")
    # One day is kept from the beginning.
    return [row.day.isoformat() for row in rows if row.name != "Christmas Day"]


def test_holidays_of_a_country_are_looked_at_taken_and_taken_out(staff: Any) -> None:
    kept = DayException(KEY, date(2026, 3, 17), "Parade", ("09:00-12:00",))
    set_calendar_exceptions([kept], actor=SYSTEM)
    plan = day_imports.look(KEY, IRELAND, actor=SYSTEM)
    assert [(d, s, c) for d, _, s, c in told(plan)] == [
        ("2026-01-01", "new", False),  # over
        ("2026-02-02", "new", False),
        ("2026-03-17", "known", False),
        ("2026-04-06", "new", True),
        ("2026-05-04", "new", True),
        ("2026-06-01", "new", True),
        ("2026-08-03", "new", True),
        ("2026-10-26", "new", True),
        ("2026-12-25", "known", False),
        ("2026-12-26", "closed", False),  # a Saturday
    ]
    assert days_kept() == ["2026-03-17"]
    before = Event.objects.filter(type="calendar.excepted").count()
    row, _ = day_imports.import_days(
        KEY, IRELAND, reason="As every year", user=User.objects.get(username="bruno"), actor=SYSTEM
    )
    assert len(days_kept()) == 6
    assert Event.objects.filter(type="calendar.excepted").count() == before + 5
    # A day somebody changes by hand is theirs from then on.
    half = DayException(KEY, date(2026, 10, 26), "October", ("09:00-10:00",))
    set_calendar_exceptions([half], actor=SYSTEM)
    gone = day_imports.undo_import(row.pk, reason="Wrong country", actor=SYSTEM)
    assert len(gone) == 4
    assert days_kept() == ["2026-03-17", "2026-10-26"]
    assert Event.objects.filter(type="calendar.restored").count() == 4
    with pytest.raises(InvalidState):
        day_imports.undo_import(row.pk, actor=SYSTEM)


def test_a_region_has_its_own_days(staff: Any) -> None:
    both = [
        {row.day for row in day_imports.look(KEY, wanted, actor=SYSTEM).rows}
        for wanted in (
            Wanted(country="DE", years=(2027,)),
            Wanted(country="DE", region="BY", years=(2027,)),
        )
    ]
    assert both[1] - both[0] == {date(2027, 1, 6), date(2027, 5, 27), date(2027, 11, 1)}


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(country="ZZ", years=(2026,)), "country"),
        (Wanted(country="DE", region="Atlantis", years=(2026,)), "region"),
        (Wanted(country="DE"), "years"),
        (Wanted(country="DE", years=(2026, 2027, 2028, 2029, 2030, 2031)), "years"),
        (Wanted(country="DE", years=(3026,)), "years"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_field(
    staff: Any, wanted: Wanted, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        day_imports.import_days(KEY, wanted, user=None, actor=SYSTEM)
    assert set(refused.value.errors) == {field}
    assert not CalendarImport.objects.exists()


def test_who_does_not_keep_people_takes_nothing(staff: Any) -> None:
    with pytest.raises(NotAllowed):
        day_imports.import_days(KEY, IRELAND, user=None, actor=actor("ben"))
    assert days_kept() == []


def test_a_file_is_read_event_by_event(staff: Any) -> None:
    plan = look(
        ics(
            whole("20261224", "Christmas Eve"),
            whole("20260504", "May Day", "\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"),
            whole("20261228", "Works closed") + "\nDTEND;VALUE=DATE:20261231",
            whole("20260704", "A Saturday"),
            whole("20260417", "Mother's Day", "\nDESCRIPTION:Observance"),
            whole("20261006", "Off", "\nSTATUS:CANCELLED"),
            "UID:2\nDTSTART:20260610T120000Z\nDTEND:20260610T160000Z\nSUMMARY:Outing",
            "UID:3\nDTSTART;TZID=Mars/Olympus:20260611T120000\nDTEND;TZID=Mars/Olympus:20260611T130000"
            "\nSUMMARY:Landing",
            whole("19990101", "Long ago"),
            whole("20260101", "Every day", "\nRRULE:FREQ=DAILY"),
            whole("20260101", "Every second", "\nRRULE:FREQ=SECONDLY"),
            whole("20260901", "A long way") + "\nDTEND;VALUE=DATE:20261201",
            "UID:4\nSUMMARY:Never",
            "UID:5\nDTSTART;VALUE=DATE:2026\nSUMMARY:Broken",
        )
    )
    assert told(plan) == [
        ("2026-04-17", "Mother's Day", "new", False),
        ("2026-05-04", "May Day", "new", True),
        ("2026-07-04", "A Saturday", "closed", False),
        ("2026-12-24", "Christmas Eve", "new", True),
        ("2026-12-28", "Works closed", "new", True),
        ("2026-12-29", "Works closed", "new", True),
        ("2026-12-30", "Works closed", "new", True),
        ("2027-05-03", "May Day", "new", True),
        ("2028-05-01", "May Day", "new", True),
    ]
    assert [(one.name, one.why) for one in plan.refused] == [
        ("Off", "It is cancelled."),
        ("Outing", "It takes a part of a day only; say that such parts count to take it."),
        ("Landing", "It counts in the time zone “Mars/Olympus”, which is not known."),
        ("Long ago", "It lies outside 2026-01-01 to 2028-12-31."),
        ("Every day", "It repeats more than 60 times a year."),
        ("Every second", "It repeats more often than daily, or in a way that is not read."),
        ("A long way", "It lasts longer than 31 days."),
        ("Never", "It does not say when it begins."),
        ("Broken", "Its dates cannot be read."),
    ]


def test_hours_become_half_days_in_the_zone_of_the_calendar_where_asked(staff: Any) -> None:
    plan = look(
        ics(
            # 14:00–16:00 in Dublin, one hour ahead of UTC in June.
            "UID:1\nDTSTART:20260610T130000Z\nDTEND:20260610T150000Z\nSUMMARY:Outing",
            "UID:2\nDTSTART;TZID=W. Europe Standard Time:20261204T160000"
            "\nDURATION:PT10H\nSUMMARY:Party",
            "UID:3\nDTSTART:20261205T200000\nDTEND:20261206T020000\nSUMMARY:Saturday night",
        ),
        half_days=True,
    )
    assert [(row.day.isoformat(), row.name, row.intervals, row.state) for row in plan.rows] == [
        ("2026-06-10", "Outing", ("09:00-14:00", "16:00-17:00"), "new"),
        ("2026-12-04", "Party", ("09:00-15:00",), "new"),
        ("2026-12-05", "Party · Saturday night", (), "closed"),
        ("2026-12-06", "Saturday night", (), "closed"),
    ]


def test_what_was_taken_out_of_a_series_or_moved_is_followed(staff: Any) -> None:
    series = whole("20260601", "Club", "\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270601")
    moved = f"{whole('20280602', 'Club')}\nRECURRENCE-ID;VALUE=DATE:20280601".replace(
        "UID:Club20280602", "UID:Club20260601"
    )
    extra = series + "\nRDATE;VALUE=DATE:20270705"
    assert [day for day, *_ in told(look(ics(extra, moved)))] == [
        "2026-06-01",
        "2027-07-05",
        "2028-06-02",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no iCalendar file"),
        (b"name,mail\nAda,ada@example.org\n", "no iCalendar file"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "no iCalendar file"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n", "damaged"),
        (ics(*["SUMMARY:x"] * 2_001), "more than 2,000 events"),
        (ics("SUMMARY:x\nDTSTART" + ";X=1" * 2_000 + ":20260101"), "line of the file is too long"),
        (ics(*[whole("20260101", str(n), "\nRRULE:FREQ=WEEKLY") for n in range(40)]), "2,000 days"),
    ],
)  # fmt: skip
def test_a_bad_file_gets_a_sentence(staff: Any, content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        look(content)
    assert said in refused.value.sentence
    assert set(refused.value.errors) == {"file"}


def test_a_file_that_is_too_large_is_not_read(staff: Any) -> None:
    with pytest.raises(TooLarge):
        look(b"BEGIN:VCALENDAR\n" + b"X" * day_files.MAX_BYTES)


def test_files_made_to_keep_a_worker_end_at_once(staff: Any) -> None:
    never = "\nRRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1000"
    plan = look(ics(*[whole("19000101", f"n{n}", never) for n in range(2_000)]))
    assert plan.rows == []
    assert {one.why for one in plan.refused} == {
        "The file repeats too much to be followed.",
        "It lies outside 2026-01-01 to 2028-12-31.",
    }
    deep = b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 60_000 + b"END:X\n" * 60_000 + b"END:VCALENDAR\n"
    assert look(deep).rows == []


@pytest.fixture
def admin(staff: Any) -> Client:
    User.objects.filter(username="bruno").update(is_admin=True)
    return client("bruno")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_in_the_browser_a_file_is_uploaded_unticked_taken_and_taken_out(admin: Client) -> None:
    content = ics(whole("20261224", "Christmas Eve"), whole("20261005", "Day of socks"))
    sent = {"file": SimpleUploadedFile("feed.ics", content), "half_days": ""}
    answer = admin.post(f"/admin/calendars/{KEY}/file/", sent)
    row = CalendarImport.objects.get()
    assert answer["Location"] == f"/admin/calendars/{KEY}/imports/{row.pk}/"
    assert "Take Mon 5 Oct, Day of socks" in text(admin.get(answer["Location"]))
    none = admin.post(answer["Location"], {"apply": "1", "days": ["nonsense"]})
    assert (none.status_code, "Choose at least one day." in text(none)) == (400, True)
    taken = admin.post(
        answer["Location"], {"apply": "1", "days": ["2026-12-24"], "reason": "Agreed"}
    )
    assert (taken.status_code, taken["Location"]) == (302, f"/admin/calendars/{KEY}/")
    assert days_kept() == ["2026-12-24"]
    page = text(admin.get(f"/admin/calendars/{KEY}/?year=2026"))
    assert "feed.ics" in page
    again = admin.post(answer["Location"], {"apply": "1", "days": ["2026-10-05"]})
    assert (again.status_code, days_kept()) == (409, ["2026-12-24"])
    assert "Christmas Eve" in text(admin.get(answer["Location"]))
    assert admin.post(answer["Location"], {"undo": "1"}).status_code == 302
    assert days_kept() == []
    bad = admin.post(
        f"/admin/calendars/{KEY}/file/", {"file": SimpleUploadedFile("x.ics", b"hello")}
    )
    assert (bad.status_code, "This is no iCalendar file" in text(bad)) == (400, True)


def test_in_the_browser_country_then_region_then_years(admin: Client) -> None:
    address = f"/admin/calendars/{KEY}/holidays/"
    first = admin.post(address, {"country": "DE"})
    assert first["Location"] == f"{address}?country=DE"
    assert "Bayern" in text(admin.get(first["Location"]))
    sent = {"region": "BY", "year": "2027", "count": "1"}
    looked = admin.post(first["Location"], sent)
    row = CalendarImport.objects.get()
    assert (row.label, row.applied_at) == ("Germany, Bayern 2027", None)
    assert "Corpus Christi" in text(admin.get(looked["Location"]))
    wrong = admin.post(first["Location"], {**sent, "year": "1812"})
    assert (wrong.status_code, "Choose from the list." in text(wrong)) == (400, True)
    assert admin.post(address, {"country": "Narnia"}).status_code == 400


def test_a_day_taken_in_the_meantime_is_a_conflict(staff: Any) -> None:
    bruno = User.objects.get(username="bruno")
    row = day_imports.keep_wanted(KEY, IRELAND, user=bruno, actor=SYSTEM)
    day = date(2026, 4, 6)
    set_calendar_exceptions([DayException(KEY, day, "Ours")], actor=SYSTEM)
    with pytest.raises(Conflict):
        day_imports.apply_kept(row.pk, days=[day], actor=SYSTEM)
    assert CalendarException.objects.get(day=day).name == "Ours"


def test_over_the_api_a_dry_run_then_taken_then_taken_out(admin: Client) -> None:
    address = f"/api/v1/calendars/{KEY}/imports"

    def post(**body: Any) -> Any:
        return admin.post(address, body, content_type="application/json")

    dry = post(country="ie", years=[2026])
    assert (dry.status_code, dry.json()["number"]) == (200, None)
    assert dry.json()["rows"][3] == {
        "day": "2026-04-06",
        "name": "Easter Monday",
        "intervals": [],
        "state": "new",
        "note": "",
        "chosen": True,
    }
    assert days_kept() == []
    made = post(country="IE", years=[2026], days=["2026-04-06"], apply=True).json()
    assert days_kept() == ["2026-04-06"]
    listed = admin.get(address).json()["imports"]
    assert [(one["number"], one["name"]) for one in listed] == [(made["number"], "Ireland 2026")]
    assert post().status_code == 400
    assert post(country="IE", content="BEGIN:VCALENDAR", years=[2026]).status_code == 400
    assert post(content="hello").status_code == 400
    assert post(country="IE", years=[2026], days=["2026-04-07"], apply=True).status_code == 409
    assert admin.delete(f"{address}/{made['number']}").status_code == 204
    assert days_kept() == []
    assert admin.delete(f"{address}/{made['number']}").status_code == 409


def test_the_clock_of_these_tests_is_as_it_says(now: datetime) -> None:
    assert now == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
