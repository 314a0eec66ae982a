"""Explain this clock: every figure adds up, on the page and over the API."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.events.actors import SYSTEM
from governance.services.days import DayException, set_calendar_exceptions
from tests.support import World, client
from workflows.models import Clock, Request
from workflows.selectors import clock_explained
from workflows.services import requests, stages

pytestmark = pytest.mark.django_db


def shown(text: str) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def number(sent: Request, metric: str) -> int:
    return int(Clock.objects.filter(request=sent, metric=metric).latest("seq").seq)


@pytest.fixture
def waited(desk: World) -> Request:
    """Worked on for 20 minutes, then an hour of waiting over the noon break, then two hours."""
    sent = desk.submit()
    desk.play(sent, until=1)
    visit, nuala = desk.visit(sent, "intake"), desk.actor("nuala")
    desk.tick(minutes=80)
    secret = "The merger with Umbra."
    stages.pause(sent.pk, visit.seq, party="requester", reason=secret, actor=nuala)
    desk.tick(minutes=60)
    stages.resume(sent.pk, visit.seq, actor=nuala)
    desk.tick(hours=2)
    return sent


def test_every_line_adds_up_to_what_elapsed(desk: World, waited: Request) -> None:
    c = clock_explained.of_request(waited, number(waited, "promise"))
    assert [(s.span.kind, s.open, s.span.seconds) for s in c.spans] == [
        ("run", False, 6000), ("still", False, 1800), ("run", True, 7200)
    ]  # fmt: skip
    for s in c.spans:
        assert sum(line.seconds for line in s.lines) == (s.span.seconds if s.runs else 0)
    assert c.spans[-1].lines[-1].total == c.view.elapsed_s == 13_200
    assert c.view.left_s == c.row.target_s - 13_200
    assert c.pauses == (("waits", "requester", 1800, 3600),)
    assert (c.rule.kind, c.policy.key) == ("Offering", "promise")


def test_the_page_says_it_in_words(desk: World, waited: Request) -> None:
    seq = number(waited, "promise")
    page = client("mira").get(f"/requests/{waited.ref}/clocks/{seq}/")
    assert page.status_code == 200
    text = shown(page.content.decode())
    for words in (
        "64 h − 3 h 40 min = 60 h 20 min",
        "Tue 1 Sep, 10:30–12:10: 1 h 40 min = 1 h 40 min",
        "Tue 1 Sep, 13:10–15:10: 2 h = 3 h 40 min",
        "30 min of open hours for the requester",
        "Monday 09:00–12:30 13:00–17:30",
        "Saturday closed",
        "8 h before the deadline",
        "the owner of the stream, General Counsel",
    ):
        assert words in text, words
    assert "Umbra" not in text


def test_each_clock_of_the_request_page_leads_to_it(desk: World, waited: Request) -> None:
    text = client("nuala").get(f"/requests/{waited.ref}/").content.decode()
    for metric in ("promise", "complete"):
        assert f'href="/requests/{waited.ref}/clocks/{number(waited, metric)}/"' in text


def test_a_day_that_was_declared_is_seen_where_it_counts(desk: World, waited: Request) -> None:
    row = Clock.objects.get(request=waited, metric="promise")
    off = [DayException(row.calendar_key, date(2026, 9, 2), "Storm", ())]
    set_calendar_exceptions(off, reason="Storm", actor=SYSTEM)
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    desk.tick(days=2)
    c = clock_explained.of_request(waited, row.seq)
    assert [one.day for one in c.exceptions] == [date(2026, 9, 2)]
    assert [s.span.why for s in c.spans if not s.open] == ["", "waits", "calendar"]
    assert c.spans[-1].lines[-1].total == c.view.elapsed_s
    page = client("mira").get(f"/requests/{waited.ref}/clocks/{row.seq}/").content.decode()
    assert "a day of the calendar changed" in page and "Wed 2 Sep" in page


def test_late_and_its_ladder_are_told(desk: World, waited: Request) -> None:
    desk.tick(days=40)
    desk.settle()
    seq = number(waited, "promise")
    c = clock_explained.of_request(waited, seq)
    assert [(m.kind, m.fired_at is not None) for m in c.moments] == [
        ("warn", True), ("warn", True), ("rung", True), ("warn", True), ("breach", True),
        ("rung", True), ("rung", True),
    ]  # fmt: skip
    text = shown(client("mira").get(f"/requests/{waited.ref}/clocks/{seq}/").content.decode())
    assert "Late since" in text and "Over" in text


def test_the_interface_tells_the_same(desk: World, waited: Request) -> None:
    seq = number(waited, "promise")
    told: Any = client("mira").get(f"/api/v1/requests/{waited.ref}/clocks/{seq}").json()
    ran = [s for s in told["spans"] if s["kind"] == "run"]
    assert sum(s["counted"]["seconds"] for s in ran) == told["elapsed"]["seconds"] == 13_200
    assert ran[-1]["lines"][-1]["total"]["seconds"] == 13_200
    assert told["pauses"] == [
        {"reason": "waits", "party": "requester", "open_hours": 1800, "wall": 3600}
    ]
    assert told["rule"]["kind"] == "Offering" and told["zone"] == "Europe/Dublin"


def test_an_ended_clock_and_none_at_all(desk: World, waited: Request) -> None:
    requests.withdraw(waited.pk, reason="No longer needed.", actor=desk.actor("mira"))
    desk.tick(days=3)
    c = clock_explained.of_request(waited, number(waited, "promise"))
    assert [s.open for s in c.spans] == [False] * 3
    assert [m.due_at for m in c.moments] == [None] * len(c.moments)
    here = client("mira")
    assert here.get(f"/requests/{waited.ref}/clocks/99/").status_code == 404
    assert here.get(f"/api/v1/requests/{waited.ref}/clocks/99").status_code == 404


def test_a_long_history_costs_no_query_more(desk: World, waited: Request) -> None:
    seq, nuala = number(waited, "promise"), desk.actor("nuala")
    here = client("mira")

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert here.get(f"/requests/{waited.ref}/clocks/{seq}/").status_code == 200
        return len(found)

    cost()
    before = cost()
    visit = desk.visit(waited, "intake")
    for _ in range(5):
        stages.pause(waited.pk, visit.seq, party="requester", reason="Again?", actor=nuala)
        desk.tick(minutes=5)
        stages.resume(waited.pk, visit.seq, actor=nuala)
        desk.tick(minutes=5)
    assert cost() == before <= 15
    assert timedelta(0) < desk.now - waited.submitted_at


def test_what_is_promised_moves_by_what_stood_still(desk: World, waited: Request) -> None:
    row = Clock.objects.get(request=waited, metric="promise")
    before = waited.promised_at
    waited.refresh_from_db()
    assert before is not None and row.due_at is not None
    # An hour stood still, half of it over the noon break.
    assert waited.promised_at == row.due_at == before + timedelta(minutes=30)


def test_nothing_is_promised_and_nothing_late_while_it_stands_still(desk: World) -> None:
    sent = desk.submit()
    desk.play(sent, until=1)
    visit, nuala = desk.visit(sent, "intake"), desk.actor("nuala")
    stages.pause(sent.pk, visit.seq, party="requester", reason="Which one?", actor=nuala)
    desk.tick(days=60)
    text = shown(client("mira").get("/requests/").content.decode())
    assert re.search(rf"{sent.ref} .* stands still .*Waits", text)
    sent.refresh_from_db()
    assert sent.promised_at is None
